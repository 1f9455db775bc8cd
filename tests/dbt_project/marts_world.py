"""A small random world, told day by day as a network would export it, landed for dbt to build."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.contract import load_tables
from townsquare.network import Network
from townsquare.settings import DBT_PROJECT, Home
from townsquare.warehouse import prepare

Row = dict[str, Any]
START = date(2025, 1, 1)
END = START + timedelta(days=40)
TABLES = load_tables()


@dataclass
class World:
    """Rows per contract table; each row carries `told`, the day on which the export has it."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def tell(self, table: str, at: datetime, days_late: int = 0, **columns: object) -> None:
        """Add a row that the export of the day of `at`, or a later one, holds."""
        told = at.date() + timedelta(days=days_late)
        loaded_at = datetime.combine(told + timedelta(days=1), time())
        event = {TABLES[table].event_time: at, "loaded_at": loaded_at, "told": told, **columns}
        self.rows.setdefault(table, []).append(event)


def random_world(seed: int) -> World:
    """Sixty users who come and go, straddle midnight, pause for exactly half an hour, tell late."""
    draw = random.Random(seed)
    world = World()
    contents: list[str] = []
    for number in range(60):
        user = f"u{number}"
        passing_by = number % 4 == 0  # a week in which nobody stays
        day = 12 + draw.randrange(7) if passing_by else draw.choice([*range(12), *range(19, 30)])
        registered = datetime.combine(START + timedelta(days=day), time(9))
        if number % 10:  # every tenth is active without the network telling of a registration
            account = float(number * 37 % 60)  # many have been on the wider network for longer
            columns = {"user_id": user, "country": "PT", "account_number": account}
            world.tell("users", registered, days_late=number % 5 // 4, plan="free", **columns)
            _be_awarded(world, user, registered + timedelta(days=2), days_late=number % 4)
        if number % 7 == 3:
            closed = {"deleted_at": registered + timedelta(days=5), "plan": "free"}
            world.tell("users", registered, days_late=5, user_id=user, **closed)
        at = registered
        while at.date() < END:
            at = _live_through_a_visit(draw, world, user, at, contents)
            if passing_by or draw.random() < 0.2:  # leaves for good
                break
            at += timedelta(hours=draw.choice([2, 5, 20, 23, 30, 70, 200, 300]))
    for day in range((END - START).days - 1):
        _be_awake_at_midnight(world, START + timedelta(days=day))
    _be_taken_away_late(world)
    return world


def _be_taken_away_late(world: World) -> None:
    """What others liked and answered two days after it was written goes two weeks after that."""
    at = datetime.combine(START + timedelta(days=20), time(12))
    later, gone = at + timedelta(days=2), at + timedelta(days=16)
    columns = {"content_id": "late gone", "author_id": "writer", "kind": "post", "body": "text"}
    world.tell("contents", at, **columns)
    world.tell("contents", at, days_late=17, deleted_at=gone, **columns)
    answer = {"content_id": "answer", "reply_to_id": "late gone", "root_id": "late gone"}
    world.tell("contents", later, author_id="answerer", kind="comment", body="text", **answer)
    like = {"interaction_id": "like", "actor_id": "liker", "verb": "like", "surface": "home"}
    world.tell("interactions", later, content_id="late gone", **like)


def _be_awarded(world: World, user: str, at: datetime, days_late: int) -> None:
    """One award proves that the user was there, the other only that others were."""
    for detail in ("Voter", "Popular"):
        columns = {"interaction_id": f"{detail}-{user}", "verb": "award", "detail": detail}
        world.tell("interactions", at, days_late, target_user_id=user, **columns)


def _be_awake_at_midnight(world: World, day: date) -> None:
    """One user is in the midst of a session; what another did then is told three days later."""
    midnight = datetime.combine(day + timedelta(days=1), time())
    for minutes, user, days_late in (
        *((-10, "night owl", 0), (10, "night owl", 0)),
        *((-20, "late owl", 0), (0, "late owl", 3), (20, "late owl", 0)),
    ):
        at = midnight + timedelta(minutes=minutes)
        columns = {"interaction_id": f"{user}-{at}", "actor_id": user, "verb": "view"}
        world.tell("interactions", at, days_late, content_id="unknown", **columns)


def _live_through_a_visit(
    draw: random.Random, world: World, user: str, at: datetime, contents: list[str]
) -> datetime:
    if draw.random() < 0.3:  # near the border of a day
        at = datetime.combine(at.date(), time(23, draw.randrange(30, 60)))
    for _ in range(draw.randrange(1, 9)):
        _do_something(draw, world, user, at, contents)
        at += timedelta(seconds=draw.choice([0, 1, 60, 600, 1799, 1800, 1801, 4000]))
    return at


def _do_something(
    draw: random.Random, world: World, user: str, at: datetime, contents: list[str]
) -> None:
    key = f"{user}-{at:%m%d%H%M%S}-{draw.randrange(10**6)}"
    late = draw.choices([0, 1, 3, 9], weights=[80, 10, 6, 4])[0]
    deed = draw.choice(["content", "interaction", "interaction", "relation", "message"])
    if deed == "content":
        answered = draw.choice(contents) if contents and draw.random() < 0.6 else None
        columns = {"content_id": key, "author_id": user, "kind": "comment" if answered else "post"}
        columns |= {"reply_to_id": answered, "root_id": answered, "body": "text"}
        columns["tags"] = None if answered else [f"tag{at.day % 3}", f"tag{at.hour % 4}"]
        world.tell("contents", at, late, **columns)
        if draw.random() < 0.2:  # edited, or taken away
            gone = {"deleted_at": at + timedelta(days=2)} if draw.random() < 0.5 else {}
            world.tell("contents", at, late + 4, **{**columns, "body": "longer text"}, **gone)
        contents.append(key)
    elif deed == "interaction":
        verb = draw.choice(["view", "view", "like", "share"])
        target = draw.choice(contents) if contents else "unknown"
        columns = {"interaction_id": key, "actor_id": user, "verb": verb, "content_id": target}
        world.tell("interactions", at, late, surface="home", dwell_seconds=1.5, **columns)
        if draw.random() < 0.05:  # it was somebody else's after all
            other = {**columns, "actor_id": "u1"}
            world.tell("interactions", at, late + 2, dwell_seconds=1.5, **other)
    elif deed == "relation":
        target = f"u{draw.randrange(30)}"
        verb = draw.choice(["follow", "follow", "unfollow"])
        columns = {"relation_id": key, "actor_id": user, "target_id": target, "verb": verb}
        world.tell("relations", at, late, **columns)
    else:
        target = f"u{draw.randrange(30)}"
        world.tell("messages", at, late, message_id=key, sender_id=user, recipient_id=target)


def land(world: World, home: Home, first: date, end: date) -> dict[date, datetime | None]:
    """Land what was told from `first` to before `end`; since when each date has news."""
    touched: dict[date, datetime | None] = {}
    for name, table in TABLES.items():
        schema = table.arrow_schema.append(pa.field("batch_id", pa.string()))
        _write(home, name, date(1970, 1, 1), "empty", [], schema)
        by_date: dict[date, list[Row]] = {}
        for row in world.rows.get(name, []):
            if first <= row["told"] < end:
                by_date.setdefault(row[table.event_time].date(), []).append(row)
        for event_date, rows in by_date.items():
            told = [{**row, "batch_id": f"{row['told']}"} for row in rows]
            _write(home, name, event_date, f"{first}", told, schema)
            earliest = min(row["loaded_at"] for row in rows)
            touched[event_date] = min(touched.get(event_date) or earliest, earliest)
    return touched


def _write(
    home: Home, table: str, event_date: date, name: str, rows: list[Row], schema: pa.Schema
) -> None:
    folder = home.landing / table / f"event_date={event_date}"
    folder.mkdir(parents=True, exist_ok=True)
    columns = {column: [row.get(column) for row in rows] for column in schema.names}
    pq.write_table(pa.table(columns, schema=schema), folder / f"{name}.parquet")


def run_dbt(
    home: Home,
    as_of: date,
    *arguments: str,
    rebuild: Mapping[date, datetime | None] | Iterable[date] = (),
    network: Network | None = None,
    check: bool = True,
) -> str:
    """Run dbt on a home as of a day, telling it since when which dates have news; its output."""
    prepare(home)
    news = rebuild if isinstance(rebuild, Mapping) else dict.fromkeys(rebuild)
    plan = {"event_date": pa.array(list(news), pa.date32())}
    plan["loaded_at"] = pa.array(list(news.values()), pa.timestamp("us"))
    pq.write_table(pa.table(plan), home.warehouse.parent / "rebuild_dates.parquet")
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()"),
            *arguments,
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(home.dbt_target), "--log-path", str(home.root / "logs")),
            *("--vars", json.dumps((network or Network()).dbt_vars(as_of))),
        ],
        env={**os.environ, "TOWNSQUARE_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(done.stdout[-6000:] + done.stderr[-2000:])
    return done.stdout
