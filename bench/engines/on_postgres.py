"""The three marts in PostgreSQL, in a private cluster that lives as long as the bench.

    python -m bench.engines.on_postgres LANDING FOLDER

The last line of its output is JSON: seconds to load and to build. Starting the server is not
counted, durability is off and memory generous, so that PostgreSQL is at its fastest.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from bench.engines.events import (
    CONTENT_VERBS,
    IDLE_MINUTES,
    MARTS,
    PARTS_OF_DAY,
    SOURCES,
    TABLES,
    VERBS,
    user_of,
)
from bench.servers import postgres

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "work_mem": "512MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "2",
    "TimeZone": "UTC",
}


def main() -> None:
    """Load, build, write."""
    landing, folder = Path(sys.argv[1]), Path(sys.argv[2])
    with postgres(SETTINGS) as server, adbc.connect(server.url()) as connection:
        began = time.monotonic()
        load(connection, landing)
        loaded = time.monotonic()
        with connection.cursor() as cursor:
            for statement in (*newest(), events(), *marts()):
                cursor.execute(statement)
        connection.commit()
        built = time.monotonic()
        for name in MARTS:
            with connection.cursor() as cursor:
                cursor.execute(f"select * from {name}")
                pq.write_table(cursor.fetch_arrow_table(), folder / f"{name}.parquet")
    print(json.dumps({"load": loaded - began, "build": built - loaded}))


def load(connection: Any, landing: Path) -> None:
    """Bring the landed rows in as they are."""
    with connection.cursor() as cursor:
        for name, (key, at, columns) in TABLES.items():
            source = ds.dataset(landing / name, format="parquet")
            wanted = [key, at, *columns, "loaded_at", "batch_id"]
            cursor.adbc_ingest(f"landed_{name}", source.scanner(wanted).to_reader(), mode="create")
            cursor.execute(f"analyze landed_{name}")
    connection.commit()


def newest() -> Iterator[str]:
    """The newest version of every row."""
    for name, (key, at, columns) in TABLES.items():
        yield (
            f"create unlogged table {name} as select distinct on ({key}) {key}, {at} as at, "
            f"{', '.join(columns)} from landed_{name} order by {key}, loaded_at desc, batch_id desc"
        )
        yield f"analyze {name}"


def events() -> str:
    """What users did, one row each."""
    verbs = {"contents": "kind", "messages": "'message'"}
    parts = [
        f"select {user_of(name)} as user_id, at, '{name}' as source, "
        f"{verbs.get(name, 'verb')} as verb, "
        f"{'dwell_seconds' if name == 'interactions' else '0'} as dwell from {name} "
        f"where {user_of(name)} is not null"
        for name in TABLES
    ]
    return f"create unlogged table events as {' union all '.join(parts)}"


def counted(wanted: dict[str, str], column: str) -> str:
    """A count per value, to stand in a select."""
    return "".join(
        f", count(*) filter (where {column} = '{value}') as {name}"
        for name, value in wanted.items()
    )


def marts() -> Iterator[str]:
    """A statement per mart."""
    sources = {name: value for name, value in SOURCES.items() if name != "n_relation_changes"}
    parts = {str(n): f"n_{name}_activities" for n, name in enumerate(PARTS_OF_DAY)}
    by_part = counted(
        {name: n for n, name in parts.items()}, "cast(extract(hour from at) as int) / 6"
    )
    yield f"""
        create unlogged table user_days as
        select user_id, cast(at as date) as activity_date, count(*) as n_activities,
            coalesce(sum(dwell), 0) as dwell_seconds,
            min(at) as first_event_at, max(at) as last_event_at
            {counted(sources, "source")} {counted(VERBS, "verb")} {by_part}
        from events group by 1, 2"""
    yield f"""
        create unlogged table content_days as
        select content_id, cast(at as date) as activity_date,
            count(*) filter (where verb is not null) as n_interactions,
            count(*) filter (where verb is null) as n_replies,
            coalesce(sum(dwell_seconds), 0) as dwell_seconds {counted(CONTENT_VERBS, "verb")}
        from (
            select content_id, at, verb, dwell_seconds from interactions
            where content_id is not null
            union all
            select reply_to_id, at, null, 0 from contents where reply_to_id is not null
        ) as deeds group by 1, 2"""
    yield f"""
        create unlogged table sessions as
        select user_id, min(at) as started_at, max(at) as ended_at, count(*) as n_activities,
            coalesce(sum(dwell), 0) as dwell_seconds {counted(SOURCES, "source")}
        from (
            select *, count(*) filter (where is_start) over (
                partition by user_id order by at rows unbounded preceding) as number
            from (
                select *, coalesce(at - lag(at) over (partition by user_id order by at)
                    > interval '{IDLE_MINUTES} minutes', true) as is_start
                from events
            ) as followed
        ) as numbered group by user_id, number"""


if __name__ == "__main__":
    main()
