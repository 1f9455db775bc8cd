"""Judges rows of a contract table in DuckDB: landed, quarantined with a reason, or duplicate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from townsquare.contract import Table
from townsquare.ingest._keys import Hashes, Keys, key_hash, keys_of
from townsquare.ingest._places import MOVED
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


def _time(at: datetime) -> str:
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
                if(is_untold, {_time(chunk.landed_at)}, loaded_at) as loaded_at
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


def settle(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> None:
    """Say of each judged row whether it is landed, quarantined or a duplicate of one that was."""
    _settle_good(connection, ", ".join(chunk.table.key), _time(chunk.landed_at))
    columns = ", ".join(chunk.table.columns)
    connection.execute(f"""
        create or replace temp table copies as
        select {columns}, event_date, file_index from settled where false
    """)
    connection.execute("""
        create or replace temp table bad as
        select
            position, file_index, row_number, reason, row,
            seen is not null
            or row_number() over (partition by reason, row order by position) > 1 as is_duplicate
        from judged
        left join rejected on rejected.seen = hash(reason, row)
        where reason is not null
    """)


def _settle_good(connection: duckdb.DuckDBPyConnection, key: str, landed_at: str) -> None:
    """Compare the good rows with what is known.

    A row that repeats a key and `loaded_at` with other content is a correction: it is landed with
    the landing time as its `loaded_at`, so that it wins from then on, unless that was done before.
    A row without a `loaded_at` is one only if it says something else than the newest version.
    """
    connection.execute(f"""
        create or replace temp table settled as
        with exact as (select distinct {key}, loaded_at, content_hash, true as is_exact from known),
        versions as (select distinct {key}, loaded_at, true as is_known from known),
        contents as (
            select {key}, content_hash, max(loaded_at) as last_told_at from known
            group by {key}, content_hash
        ),
        newest as (
            select {key}, arg_max(content_hash, loaded_at) as newest_hash from known group by {key}
        ),
        copied as (
            select
                * exclude (reason, row),
                row_number() over (
                    partition by {key}, loaded_at, content_hash order by position
                ) as copy
            from judged where reason is null
        ),
        numbered as (
            select
                *,
                row_number() over (
                    partition by {key}, loaded_at order by copy > 1, position
                ) as version
            from copied
        )
        select
            numbered.* exclude (loaded_at),
            coalesce(is_known, false) or version > 1 as is_conflict,
            copy > 1
            or coalesce(is_exact, false)
            or (is_conflict and coalesce(last_told_at > numbered.loaded_at, false))
            or (is_untold and coalesce(newest_hash = content_hash, false)) as is_duplicate,
            if(is_conflict, greatest({landed_at}, numbered.loaded_at) + to_microseconds(version),
                numbered.loaded_at) as loaded_at
        from numbered
        left join exact using ({key}, loaded_at, content_hash)
        left join versions using ({key}, loaded_at)
        left join contents using ({key}, content_hash)
        left join newest using ({key})
    """)


def copy_moved(
    connection: duckdb.DuckDBPyConnection, table: Table, hashes: Hashes, landed: Sequence[Path]
) -> None:
    """Find what must be landed on further days: every version of a key, on each of its days.

    So a day can be told without the others: it knows from its own rows when an event left it.
    `landed` are the files of all these days.
    """
    columns, key, event_time = ", ".join(table.columns), ", ".join(table.key), table.event_time
    connection.register("moved", pa.table({"hash": hashes}))
    files = ", ".join(quoted(str(path)) for path in landed)
    before = f"""
        select {columns}, event_date, null::bigint as file_index
        from read_parquet([{files}], hive_partitioning = true, union_by_name = true,
            hive_types = {{'event_date': date}})
        where {key_hash(table)} in (select hash from moved)
        union all
    """
    connection.execute(f"""
        create or replace temp table copies as
        with here as (
            {before if landed else ""}
            select {columns}, event_date, file_index from settled
            where not is_duplicate and {key_hash(table)} in (select hash from moved)
        ),
        versions as (select distinct {columns} from here),
        days as (select {key}, event_date, max(file_index) as file_index from here group by all)
        select
            versions.*, days.event_date,
            max(file_index) over (partition by {", ".join(f"versions.{k}" for k in table.key)})
                as file_index
        from versions
        inner join days using ({key})
        where not exists (
            select 1 from here
            where {" and ".join(f"here.{name} = versions.{name}" for name in table.key)}
            and here.loaded_at = versions.loaded_at
            and here.{event_time} = versions.{event_time}
            and here.event_date = days.event_date
        )
    """)
    connection.unregister("moved")


def counts(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str | None, int]]:
    """How many rows of each file came to what, and why."""
    return connection.sql("""
        select file_index, if(is_duplicate, 'duplicate', 'landed'), null, count(*)
        from settled group by all
        union all
        select
            file_index, if(is_duplicate, 'duplicate', 'quarantined'),
            if(is_duplicate, null, reason) as told, count(*)
        from bad group by all
    """).fetchall()


def landed_dates(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, date]]:
    """The event dates on which each file has landed rows, or brought others with it."""
    return connection.sql("""
        select file_index, event_date from settled where not is_duplicate
        union select file_index, event_date from copies
        order by all
    """).fetchall()


def landed_rows(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> pa.Table:
    """The rows to land, by event date and time, with their event date last."""
    ids = ", ".join(quoted(batch_id) for batch_id in chunk.batch_ids)
    columns = ", ".join(chunk.table.columns)
    return connection.sql(f"""
        with landed as (
            select
                {columns}, list_extract([{ids}], file_index + 1) as batch_id, event_date, position
            from settled where not is_duplicate
            union all
            select {columns}, {quoted(chunk.batch_ids[0] + MOVED)}, event_date, null from copies
        )
        select * exclude (position) from landed
        order by event_date, {chunk.table.event_time}, position
    """).to_arrow_table()


def rejected_rows(
    connection: duckdb.DuckDBPyConnection, chunk: Chunk, source_files: Sequence[str]
) -> pa.Table:
    """The rows for quarantine, each with its reason."""
    names = ", ".join(quoted(name) for name in source_files)
    return connection.sql(f"""
        select
            list_extract([{names}], file_index + 1) as source_file,
            row_number, reason, row,
            {_time(chunk.landed_at)} as landed_at
        from bad where not is_duplicate
        order by position
    """).to_arrow_table()
