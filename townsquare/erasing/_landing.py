"""Takes a person out of landing, quarantine and the home's own export; the accounts stay exact."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.contract import load_tables
from townsquare.erasing._cleaning import holds_users
from townsquare.erasing._parquet import count_own, landed_folders, parquet_files
from townsquare.erasing._person import ERASED, Person
from townsquare.ingest import MOVED, Account, TableAccount, read_batches, write_batch
from townsquare.ingest.adapters import fingerprint_of
from townsquare.settings import Home
from townsquare.sql_text import literal
from townsquare.whole import replacing

Counts = dict[str, dict[str, dict[str, Any]]]
"""By batch file and account: what the account of each table will say."""


def contents_of(home: Home, connection: duckdb.DuckDBPyConnection, user_id: str) -> list[str]:
    """The ids of what the person wrote, as landed and as the home's own export tells it."""
    told = [
        *parquet_files(home.landing / "contents"),
        *parquet_files(home.exports / "contents"),
        *(home.truth / "checkpoint").glob("contents-*.parquet"),
    ]
    if not told:
        return []
    rows = connection.execute(
        f"select distinct content_id from {_rows(told)} where author_id = ? order by 1", [user_id]
    )
    return [str(content) for (content,) in rows.fetchall()]


def _rows(files: Sequence[Path]) -> str:
    listed = ", ".join(literal(path) for path in files)
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"


def is_key_elsewhere(home: Home, connection: duckdb.DuckDBPyConnection, user_id: str) -> bool:
    """Whether the person's id is also that of a content or an event, which must then stay."""
    for name, table in load_tables().items():
        files = parquet_files(home.landing / name)
        keys = [key for key in table.key if table.columns[key].refers_to != "users"]
        if files and keys:
            found = connection.execute(
                f"select 1 from {_rows(files)} where {keys[0]} = ? limit 1", [user_id]
            )
            if found.fetchone():
                return True
    return False


def planned(
    home: Home, connection: duckdb.DuckDBPyConnection, person: Person
) -> tuple[Counts, int, int]:
    """What the accounts will say once the person's rows are gone; the rows landed and refused."""
    own: Counter[tuple[str, str]] = Counter()
    for folder in landed_folders(home, connection, person):
        for batch_id, n_rows in count_own(folder):
            if not batch_id.endswith(MOVED):  # such a row is counted on another day
                own[batch_id, str(folder.table)] += n_rows
    refused = _refused(home, person)
    counts: Counts = {}
    for path, accounts in read_batches(home).items():
        for account in accounts:
            for name, table in account.tables.items():
                landed = own[account.batch_id, name]
                reasons = refused.get((path.stem, account.source_file, name), Counter())
                if landed or reasons:
                    told = counts.setdefault(path.name, {}).setdefault(account.batch_id, {})
                    told[name] = _after(table, landed, reasons)
    return counts, sum(own.values()), sum(sum(one.values()) for one in refused.values())


def _after(table: TableAccount, landed: int, reasons: Counter[str]) -> dict[str, Any]:
    left = {reason: n - reasons[reason] for reason, n in table.reasons.items()}
    return {
        "landed": table.landed - landed,
        "quarantined": table.quarantined - reasons.total(),
        "erased": table.erased + landed + reasons.total(),
        "reasons": {reason: n for reason, n in left.items() if n},
    }


def _refused(home: Home, person: Person) -> dict[tuple[str, str, str], Counter[str]]:
    """Quarantined rows of the person's own by batch, source file and table, counted by reason."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for path in parquet_files(home.rejected):
        table = path.parent.name
        batch = path.stem.rpartition("-")[0]
        for row in _candidates(path, person):
            if _is_own(row["row"], table, person):
                key = (batch, row["source_file"], table)
                found.setdefault(key, Counter())[row["reason"]] += 1
    return found


def quarantine_naming(home: Home, person: Person) -> list[Path]:
    """The files of refused rows that name the person, as owner or otherwise."""
    return [
        path
        for path in parquet_files(home.rejected)
        if any(
            _is_own(row["row"], path.parent.name, person)
            or _without(row["row"], path.parent.name, person) != row["row"]
            or person.is_named_in(row["source_file"])
            for row in _candidates(path, person)
        )
    ]


def _candidates(path: Path, person: Person) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist()
    return [row for row in rows if person.user_id in row["row"] + row["source_file"]]


def _is_own(row: str, table: str, person: Person) -> bool:
    """Whether a refused row was the person's: by its owner where it has the contract's shape, else
    by any user that it names.
    """
    try:
        told = json.loads(row)
    except ValueError:
        return person.is_named_in(row)
    if not isinstance(told, dict):
        return person.is_named_in(row)
    owner = load_tables()[table].owner
    names = [owner] if owner in told else [name for name in told if _is_user(name, table)]
    return any(str(told[name]) == person.user_id for name in names)


def _is_user(name: str, table: str) -> bool:
    """Whether a name of a source's own, such as OwnerUserId, is that of a user."""
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return holds_users(snake) or (table == "users" and snake == "id")


def clean_quarantine(home: Home, person: Person) -> None:
    """Take the person's own refused rows away and their id out of the others."""
    for path in parquet_files(home.rejected):
        table = path.parent.name
        rows = pq.ParquetFile(path).read()
        kept, changed = [], False
        for row in rows.to_pylist():
            if person.user_id in row["row"] + row["source_file"]:
                if _is_own(row["row"], table, person):
                    changed = True
                    continue
                clean = {
                    **row,
                    "row": _without(row["row"], table, person),
                    "source_file": person.scrubbed(row["source_file"]),
                }
                changed = changed or clean != row
                row = clean
            kept.append(row)
        if changed:
            told = pa.Table.from_pylist(kept, schema=rows.schema)
            with replacing(path, durable=True) as partial:
                pq.write_table(told, partial, compression="zstd")


def _without(row: str, table: str, person: Person) -> str:
    """Another's refused row without the id, wherever a value of it is the id."""
    try:
        told = json.loads(row)
    except ValueError:
        return person.scrubbed(row)
    if isinstance(told, dict):
        clean = {
            name: ERASED if _is_user(name, table) and str(value) == person.user_id else value
            for name, value in told.items()
        }
        row = row if clean == told else json.dumps(clean, ensure_ascii=False)
    return person.scrubbed(row)


def told_exports(home: Home) -> list[str]:
    """The files of the home's own export that are landed as they lie there."""
    return sorted(
        account.source_file
        for accounts in read_batches(home).values()
        for account in accounts
        if (home.exports / account.source_file).is_file()
        and fingerprint_of(home.exports / account.source_file) == account.fingerprint
    )


def settle_accounts(home: Home, person: Person, counts: Counts, exports: Sequence[str]) -> None:
    """Write what the accounts will say; a second time it says the same.

    The files of the home's own export are known by their new content from now on, or they would be
    landed once more.
    """
    known = set(exports)
    for path, accounts in read_batches(home).items():
        told = counts.get(path.name, {})
        after = [_settled(home, person, one, told.get(one.batch_id, {}), known) for one in accounts]
        if after != accounts:
            write_batch(path, after)


def _settled(
    home: Home, person: Person, account: Account, told: dict[str, Any], exports: set[str]
) -> Account:
    tables = {
        name: replace(table, **told[name]) if name in told else table
        for name, table in account.tables.items()
    }
    fingerprint = account.fingerprint
    if account.source_file in exports:
        fingerprint = fingerprint_of(home.exports / account.source_file)
    return replace(
        account,
        tables=tables,
        fingerprint=fingerprint,
        source_file=person.scrubbed(account.source_file),
    )
