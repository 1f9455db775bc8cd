"""Says of judged rows whether they are landed, quarantined or duplicates, and gives them out."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from townsquare.contract import Table
from townsquare.ingest._judging import Chunk, at_time
from townsquare.ingest._keys import Hashes, key_hash
from townsquare.ingest._places import MOVED
from townsquare.ingest._rules import quoted


def settle(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> None:
    """Say of each judged row whether it is landed, quarantined or a duplicate of one that was."""
    _settle_good(connection, ", ".join(chunk.table.key), at_time(chunk.landed_at))
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
            {at_time(chunk.landed_at)} as landed_at
        from bad where not is_duplicate
        order by position
    """).to_arrow_table()
