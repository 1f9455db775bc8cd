"""A simulated network's texts taken through the text learners, beside what was planted."""

import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from ml.learners import Run, load_all
from ml.text.sentiment_trends import EVERYTHING
from townsquare import learned, simulate
from townsquare.network import Network
from townsquare.settings import Home

_SETTLED_DAYS = 5  # a shift in the last days cannot be told from chance yet


def learned_truth(folder: Path, users: int, days: int, seed: int) -> dict[str, Any]:
    """What the learners say of a simulated network, and what is true of it."""
    home = Home(folder)
    simulate.simulate(home, users, days, seed)
    with duckdb.connect() as connection:
        last = _hand_over(home, connection)
        seconds, contents = _learn(home, last + timedelta(days=1))
        return {
            "topics": _topics(home, connection, "true"),
            "untagged": _topics(home, connection, "not coalesce(len(tags) > 0, false)"),
            "a_second": contents / seconds,
            **_shifts(home, connection, last),
        }


def _hand_over(home: Home, connection: duckdb.DuckDBPyConnection) -> Any:
    """The learners' inputs, as dbt would write them; the last day."""
    contents = home.inputs / "input_contents" / "2025-01.parquet"
    contents.parent.mkdir(parents=True)
    newest = "qualify row_number() over (partition by {0} order by loaded_at desc) = 1"
    connection.execute(
        f"""copy (
            select content_id, author_id, reply_to_id, coalesce(root_id, content_id) as root_id,
                kind, title, body, tags, language, media_path,
                cast(published_at as date) as event_date, published_at
            from (
                select * from read_parquet('{home.exports}/contents/*/*.parquet')
                {newest.format("content_id")}
            )
            where deleted_at is null
            order by event_date, content_id
        ) to '{contents}' (format parquet)"""
    )
    connection.execute(
        f"""copy (
            select user_id, country from read_parquet('{home.exports}/users/*/*.parquet')
            {newest.format("user_id")}
        ) to '{home.inputs}/input_authors.parquet' (format parquet)"""
    )
    asked = f"select max(event_date) from '{contents}'"
    return connection.execute(asked).fetchall()[0][0]


def _learn(home: Home, as_of: Any) -> tuple[float, int]:
    """Run the learners of texts; the CPU seconds and contents of the mood reader."""
    learned.prepare(home)
    timed = (0.0, 0)
    for learner in (each for each in load_all() if each.folder == "text"):
        run = Run(home, Network(), as_of, None, learner)
        began = time.process_time()
        told = import_module(learner.module).learn(run)
        if learner.name == "content_sentiment":
            timed = time.process_time() - began, told["rows"]
    return timed


def _topics(home: Home, connection: duckdb.DuckDBPyConnection, where: str) -> Any:
    """True topic and the one of rank 1 of each content, as arrays."""
    rows = connection.execute(
        f"""select truth.topic, coalesce(told.topic_id, '')
        from '{home.inputs}/input_contents/*.parquet' as contents
        inner join '{home.truth}/contents/*.parquet' as truth using (content_id)
        left join (
            select * from '{home.learned}/content_topics/*.parquet' where rank = 1
        ) as told using (content_id)
        where {where}"""
    ).fetchall()
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def _shifts(home: Home, connection: duckdb.DuckDBPyConnection, last: Any) -> dict[str, Any]:
    planted = connection.execute(
        f"""select topic, cast(shift_date as date), change from '{home.truth}/mood_shifts.parquet'
        where cast(shift_date as date) <= date '{last}' - {_SETTLED_DAYS}"""
    ).fetchall()
    found = connection.execute(
        f"""select topic_id, published_date, change
        from '{home.learned}/sentiment_trends/*.parquet'
        where is_change and segment_kind = '{EVERYTHING}' and topic_id != '{EVERYTHING}'"""
    ).fetchall()
    of_topic = {
        topic: [(at, size) for other, at, size in found if other == topic]
        for topic in {row[0] for row in planted} | {row[0] for row in found}
    }
    near = [
        any(abs((at - day).days) <= 2 and size * change > 0 for at, size in of_topic[topic])
        for topic, day, change in planted
    ]
    false = [
        at
        for topic, at, _ in found
        if not any(t == topic and abs((at - day).days) <= 10 for t, day, _ in planted)
    ]
    years = 20 * 180 / 365
    return {"near": np.array(near), "false": len(false) / years}
