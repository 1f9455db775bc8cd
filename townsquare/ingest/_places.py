"""Where landed rows lie in a home, and the repair of what a killed run left half done."""

import json
import os
import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.contract import Table, load_tables
from townsquare.settings import Home

_PENDING = ".pending"
_MANY = 500
# Ends the batch_id of a row that is landed on a day which its event left, or came to from another.
MOVED = "-moved"


def accounts_folder(home: Home) -> Path:
    """One JSON file per batch: it exists once all rows of the batch are in place."""
    return home.landing / ".accounts"


def partial_folder(home: Home) -> Path:
    """What is being unpacked and written, before it is moved into place on the same disk."""
    return home.landing / ".partial"


def keys_folder(home: Home) -> Path:
    """Which keys are landed on which day; hashes are those of one version of DuckDB alone."""
    return home.landing / ".keys" / f"duckdb-{duckdb.__version__}"


def landed_schema(table: Table) -> pa.Schema:
    """A landed row: the contract's columns and the batch that it came with."""
    return table.arrow_schema.append(pa.field("batch_id", pa.string()))


def day_folder(table: str, day: date) -> Path:
    """The folder of one table and day, below the landing."""
    return Path(table) / f"event_date={day.isoformat()}"


def landed_sequence(path: Path) -> int:
    """The sequence number of the first source file whose batch a landed file came with."""
    number = path.name.partition("-")[0]
    return int(number) if number.isdecimal() else 0  # the empty file of a table came with none


def prepare(home: Home) -> None:
    """Undo what a killed run left, and give each table an empty file, so that no glob is empty."""
    accounts_folder(home).mkdir(parents=True, exist_ok=True)
    home.rejected.mkdir(parents=True, exist_ok=True)
    repair(home)
    for table in load_tables().values():
        _prepare_table(home, table)


def _prepare_table(home: Home, table: Table) -> None:
    schema = landed_schema(table)
    empty = home.landing / day_folder(table.name, date(1970, 1, 1)) / "empty.parquet"
    if empty.exists():
        if pq.read_schema(empty).equals(schema):
            return
        for path in (home.landing / table.name).glob("*/*.parquet"):
            _widen(path, schema)
    empty.parent.mkdir(parents=True, exist_ok=True)
    _write(schema.empty_table(), empty)


def _widen(path: Path, schema: pa.Schema) -> None:
    """Give a file that was landed under an older contract the columns of today's, as nulls."""
    rows = pq.ParquetFile(path).read()
    if rows.schema.equals(schema):
        return
    known = set(rows.column_names)
    arrays = [
        rows.column(field.name).cast(field.type)
        if field.name in known
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    _write(pa.Table.from_arrays(arrays, schema=schema), path)


def _write(rows: pa.Table, path: Path) -> None:
    beside = path.with_suffix(".partial")
    pq.write_table(rows, beside, compression="zstd", write_page_checksum=True)
    beside.replace(path)


def repair(home: Home) -> None:
    """Remove the rows of batches that have no account, and whatever was written beside."""
    shutil.rmtree(partial_folder(home), ignore_errors=True)
    for pending in accounts_folder(home).glob(f"*{_PENDING}"):
        if not pending.with_suffix(".json").exists():
            for name in json.loads(pending.read_text(encoding="utf-8")):
                (home.root / name).unlink(missing_ok=True)
        pending.unlink()


def write_durably(path: Path, text: str) -> None:
    """Write a small file whole or not at all, and have it on the disk when this returns."""
    beside = path.with_name(path.name + ".partial")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _flush([path.parent])


def _flush(paths: Collection[Path]) -> None:
    """Have files or folders on the disk: one by one, or by one call for all when there are many."""
    if len(paths) > _MANY:
        os.sync()
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def move_into_place(home: Home, batch_id: str, moves: dict[Path, Path], accounts: str) -> None:
    """Move a batch's files to their places in the home, all or none, with its accounts as the seal.

    What is to be moved is noted first, so that the repair after a kill finds it.
    """
    pending = accounts_folder(home) / f"{batch_id}{_PENDING}"
    _flush(moves)
    write_durably(pending, json.dumps([str(target) for target in moves.values()]))
    for made in {(home.root / target).parent for target in moves.values()}:
        made.mkdir(parents=True, exist_ok=True)
    for written, target in moves.items():
        written.replace(home.root / target)
    _flush({(home.root / target).parent for target in moves.values()})
    write_durably(pending.with_suffix(".json"), accounts)
    pending.unlink()
