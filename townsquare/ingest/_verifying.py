"""Holds the landed Parquet against the accounts of landing; it changes nothing."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from townsquare.contract import load_tables
from townsquare.errors import TownsquareError
from townsquare.ingest._accounts import read_account_file
from townsquare.ingest._places import MOVED, accounts_folder
from townsquare.integrity import Broken, Meter
from townsquare.progress import Told
from townsquare.settings import Home

_Key = tuple[str, str]


def verify(home: Home, told: Told | None = None) -> tuple[int, list[Broken]]:
    """How many rows lie in the landing, and every file or account that disagrees with another.

    Every page of every file is read and held against its own checksum, where it has one.
    """
    broken: list[Broken] = []
    seen: Counter[_Key] = Counter()
    damaged: set[str] = set()
    files = [(name, path) for name in load_tables() for path in _files(home, name)]
    meter = Meter(told, "checking landed files", len(files))
    for table, path in files:
        try:
            for batch_id, n_rows in _rows_per_batch(path):
                if not batch_id.endswith(MOVED):  # such a row is told of on another day as well
                    seen[table, batch_id] += n_rows
        except (pa.ArrowException, OSError) as error:
            damaged.add(table)
            broken.append(Broken(path, f"cannot be read ({str(error).splitlines()[0]})"))
        meter.add(1)
    return sum(seen.values()), [*broken, *_accounts(home, seen, damaged)]


def _files(home: Home, table: str) -> list[Path]:
    return sorted((home.landing / table).glob("*/*.parquet"))


def _rows_per_batch(path: Path) -> Iterator[tuple[str, int]]:
    with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
        for rows in parquet.iter_batches():
            for counted in pc.value_counts(rows.column("batch_id")).to_pylist():
                yield counted["values"], counted["counts"]


def _accounts(home: Home, seen: Counter[_Key], damaged: set[str]) -> Iterator[Broken]:
    """Rows that no account tells of, and accounts that tell of other rows than there are."""
    left = Counter(seen)
    for path in sorted(accounts_folder(home).glob("*.json")):
        try:
            accounts = read_account_file(path)
        except TownsquareError as error:
            yield Broken(path, str(error))
            continue
        for account in accounts:
            for table, told in account.tables.items():
                found = left.pop((table, account.batch_id), 0)
                if found != told.landed and table not in damaged:
                    yield Broken(
                        path,
                        f"tells of {told.landed:,} rows of {table} from {account.source_file}, "
                        f"and {found:,} are landed",
                    )
    for (table, batch_id), n_rows in sorted(left.items()):
        if n_rows:
            yield Broken(
                home.landing / table, f"holds {n_rows:,} rows of a batch {batch_id} without account"
            )
