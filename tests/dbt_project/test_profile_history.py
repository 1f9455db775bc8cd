"""The history of profiles equals one worked out in plain Python from what each day was told."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import duckdb
import pytest
from growth import NETWORK
from marts_world import END, START, TABLES, Row, World, land, random_world, run_dbt

from townsquare.settings import Home

DAY = timedelta(days=1)
DEEDS = {"contents": "author_id", "interactions": "actor_id"}
DEEDS |= {"relations": "actor_id", "messages": "sender_id"}
PARTS = ("night", "morning", "afternoon", "evening")
LEVELS = ((21, "daily"), (8, "regular"), (1, "occasional"), (0, "inactive"))


@pytest.fixture(scope="module")
def told() -> World:
    """The random world; some pay, one is paid back, some change plan, one closed the account."""
    world = random_world(seed=4)
    for number in range(1, 30, 3):
        at = datetime.combine(START + DAY * (10 + number % 25), time(15))
        columns = {"conversion_id": f"k{number}", "user_id": f"u{number}", "kind": "purchase"}
        world.tell("conversions", at, days_late=number % 4, amount=5.0, **columns)
        if number == 7:
            world.tell("conversions", at, days_late=6, amount=0.0, **{**columns, "user_id": "u8"})
        if number % 7 == 3:  # closes the account
            continue
        account = next(row for row in world.rows["users"] if row["user_id"] == f"u{number}")
        changed = {"user_id": f"u{number}", "country": "PT", "plan": "premium"}
        world.tell("users", account["registered_at"], days_late=4 + number % 3, **changed)
    return world


@pytest.fixture(scope="module")
def found(told: World, tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    home = Home(tmp_path_factory.mktemp("history"))
    land(told, home, START, END)
    asked = ("--full-refresh", "--select", "+user_profile_history")
    run_dbt(home, END, "run", *asked, network=NETWORK)
    with duckdb.connect(home.marts, read_only=True) as connection:
        return connection.execute("""
            select user_id, valid_from, valid_to, is_current, activity_level, favourite_day_part,
                favourite_weekday, favourite_content_kind, top_tag, recent_tag, country, plan,
                n_conversions
            from user_profile_history order by user_id, valid_from
        """).fetchall()


def newest(world: World, table: str, as_of: date) -> list[Row]:
    """The rows that a reader knows at the midnight before a day, each in its newest version."""
    midnight = datetime.combine(as_of, time())
    rows: dict[tuple, Row] = {}
    for row in world.rows.get(table, []):
        if row["loaded_at"] < midnight + timedelta(hours=6):
            key = tuple(row[column] for column in TABLES[table].key)
            rows[key] = max(rows.get(key, row), row, key=lambda one: one["loaded_at"])
    return [row for row in rows.values() if row[TABLES[table].event_time] < midnight]


def favourite(counts: Counter) -> object:
    """The commonest, the first by name among equals."""
    best = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
    return best[0][0] if best else None


def interests(world: World, as_of: date) -> Iterable[tuple[str, str, date]]:
    """User, tag and day of each deed in a thread."""
    first: dict[str, Row] = {}
    for row in world.rows["contents"]:
        if row["loaded_at"] < datetime.combine(as_of, time(6)):
            first.setdefault(row["content_id"], row)
    deeds = [(row, "author_id") for row in newest(world, "contents", as_of)]
    deeds += [
        (row, "actor_id")
        for row in newest(world, "interactions", as_of)
        if row["verb"] in ("like", "share", "save")
        and first.get(row["content_id"], {}).get("author_id") != row["actor_id"]
    ]
    for row, actor in deeds:
        content = first.get(row["content_id"])
        thread = content and first.get(content.get("root_id") or content["content_id"])
        if thread and not thread.get("reply_to_id"):
            at = row.get("published_at") or row["occurred_at"]
            yield from ((row[actor], tag, at.date()) for tag in (thread.get("tags") or []))


def profiles(world: World, as_of: date) -> dict[str, tuple]:
    """Everybody's traits as of a day, in the order of the history's columns."""
    days: dict[str, set[date]] = defaultdict(set)
    parts: dict[str, Counter] = defaultdict(Counter)
    kinds: dict[str, Counter] = defaultdict(Counter)
    for table, actor in DEEDS.items():
        for row in newest(world, table, as_of):
            if user := row.get(actor):
                at = row[TABLES[table].event_time]
                days[user].add(at.date())
                parts[user][PARTS[at.hour // 6]] += 1
                kinds[user].update([row["kind"]] if table == "contents" else [])
    tags: dict[str, Counter] = defaultdict(Counter)
    recent: dict[str, Counter] = defaultdict(Counter)
    for user, tag, day in interests(world, as_of):
        tags[user][tag] += 1
        recent[user].update([tag] if day >= as_of - 28 * DAY else [])
    accounts = {row["user_id"]: row for row in newest(world, "users", as_of)}
    paid = Counter(row["user_id"] for row in newest(world, "conversions", as_of))
    traits = {}
    for user in {*days, *tags, *accounts, *paid}:
        active = sum(day >= as_of - 28 * DAY for day in days[user])
        account = accounts.get(user, {})
        traits[user] = (
            next(level for least, level in LEVELS if active >= least),
            favourite(parts[user]),
            favourite(Counter(day.isoweekday() for day in days[user])),
            favourite(kinds[user]),
            favourite(tags[user]),
            favourite(recent[user]),
            account.get("country"),
            account.get("plan"),
            paid[user],
        )
    return traits


def test_the_history_is_what_each_day_of_the_grid_knew(told: World, found: list[tuple]) -> None:
    step = NETWORK.as_of_step_days
    grid = [START + DAY * n for n in range(1, (END - START).days + 1)]
    grid = [day for day in grid if (day - date(1970, 1, 1)).days % step == 0]
    closed = {row["user_id"] for row in newest(told, "users", END) if row.get("deleted_at")}
    changes: dict[str, list[tuple[date, tuple]]] = defaultdict(list)
    for day in grid:
        for user, traits in profiles(told, day).items():
            if not changes[user] or changes[user][-1][1] != traits:
                changes[user].append((day, traits))
    expected = []
    for user in sorted(changes.keys() - closed):
        ends = [day for day, _ in changes[user][1:]]
        for (day, traits), end in zip(changes[user], [*ends, None], strict=True):
            expected.append((user, day, end, end is None, *traits))
    assert found == expected


def test_the_world_has_what_is_hard(found: list[tuple]) -> None:
    counted = Counter(row[0] for row in found)
    assert max(counted.values()) > 5
    columns = list(zip(*found, strict=True))
    assert {"regular", "occasional", "inactive"} <= set(columns[4])
    assert {"free", "premium", None} <= set(columns[11])
    assert {0, 1} <= set(columns[12])
    assert any(long != short for long, short in zip(columns[8], columns[9], strict=True))
    paid_back = [row[12] for row in found if row[0] == "u7"]
    assert paid_back != sorted(paid_back), "nobody loses a conversion again"


def test_stretches_of_a_user_follow_each_other_without_gap(found: list[tuple]) -> None:
    for one, other in pairwise(found):
        if one[0] == other[0]:
            assert one[2] == other[1]
        else:
            assert one[3]
