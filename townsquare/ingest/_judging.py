"""Judges rows of a contract table in DuckDB: what is wrong with each, and what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from townsquare.contract import Table
from townsquare.ingest._keys import Keys, keys_of
from townsquare.ingest._rules import quoted, reason, typed

MEMORY_LIMIT = "1GB"


@dataclass(frozen=True)
class Chunk:
    """Loose rows of one table, and what is needed to judge them."""

    table: Table
    rows: pa.Table
    batch_ids: Sequence[str]
    landed_at: datetime
    latest: datetime


def connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own, bounded in memory, spilling into the home."""
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill), "threads": 2}
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set preserve_insertion_order = false")
    return connection


def at_time(at: datetime) -> str:
    """A time in SQL."""
    return f"timestamp '{at.isoformat(sep=' ')}'"


def _content(table: Table) -> str:
    """What two versions of a key differ by."""
    return ", ".join(name for name in table.columns if name not in (*table.key, "loaded_at"))


def judge(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> list[date]:
    """Type the rows and find what is wrong with each; gives the event dates of the good ones."""
    table, names = chunk.table, list(chunk.table.columns)
    raw = ", ".join(f"{name} as raw_{name}" for name in names)
    told = ", ".join(f"{name} := raw_{name}::varchar" for name in names)
    types = ", ".join(
        f"{typed(name, column, chunk.rows.schema.field(name).type)} as {name}"
        for name, column in table.columns.items()
    )
    connection.register("chunk", chunk.rows)
    connection.execute(f"""
        create or replace temp table judged as
        with typed as (
            select position, file_index, row_number, problem, original, {types}, {raw} from chunk
        ),
        timed as (
            select
                * exclude (loaded_at),
                loaded_at is null and nullif(raw_loaded_at::varchar, '') is null as is_untold,
                if(is_untold, {at_time(chunk.landed_at)}, loaded_at) as loaded_at
            from typed
        ),
        reasoned as (select *, {reason(table, chunk.latest)} as reason from timed)
        select
            position, file_index, row_number, reason, is_untold, {", ".join(names)},
            {table.event_time}::date as event_date,
            case when reason is not null
                then coalesce(original, to_json(struct_pack({told}))::varchar) end as row,
            hash({_content(table)}) as content_hash
        from reasoned
    """)
    connection.unregister("chunk")
    dates = connection.sql("select distinct event_date from judged where reason is null order by 1")
    return [day for (day,) in dates.fetchall()]


def recall(connection: duckdb.DuckDBPyConnection, table: Table, landed: Sequence[Path]) -> None:
    """What is landed already on the days of the chunk, as keys and hashes."""
    key = ", ".join(table.key)
    rows = "judged where false"
    if landed:
        files = ", ".join(quoted(str(path)) for path in landed)
        rows = f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
    connection.execute(f"""
        create or replace temp table known as
        select {key}, loaded_at, hash({_content(table)}) as content_hash from {rows}
    """)


def recall_rejected(connection: duckdb.DuckDBPyConnection, rejected: Sequence[Path]) -> None:
    """What is in quarantine already, so that the same bad row is not kept twice."""
    rows = "(select reason, row from judged where false)"
    has_bad = connection.execute("select 1 from judged where reason is not null limit 1")
    if rejected and has_bad.fetchone():
        files = ", ".join(quoted(str(path)) for path in rejected)
        rows = f"read_parquet([{files}], hive_partitioning = false)"
    connection.execute(f"""
        create or replace temp table rejected as
        select distinct hash(reason, row) as seen from {rows}
    """)


def keys(connection: duckdb.DuckDBPyConnection, table: Table) -> Keys:
    """The keys of the good rows, and the day of each."""
    return keys_of(connection, table, "judged where reason is null")
