"""On which days each key was landed before, so that an event that moves to another day is noticed.

A run is what one chunk landed: the hashes of its keys in order, and the day of each. It is put into
place with the rows that it tells of. A few runs are kept per table, small ones merged, so that a
day's keys are looked up among years of them without reading the landing. All of it follows from the
landing and is made anew from there when a part is missing.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from townsquare.contract import Table, load_tables
from townsquare.ingest._places import keys_folder, landed_sequence
from townsquare.settings import Home
from townsquare.sql_text import literal

Hashes = npt.NDArray[np.uint64]
Days = npt.NDArray[np.int64]  # since 1970-01-01
_MANY, _MERGED = 12, 8
_FILES = 256


@dataclass(frozen=True)
class Keys:
    """Hashes of keys and, beside each, a day on which the key is landed."""

    hashes: Hashes
    days: Days

    def ordered(self) -> "Keys":
        """By hash."""
        order = np.argsort(self.hashes, kind="stable")
        return Keys(self.hashes[order], self.days[order])

    def found(self, hashes: Hashes) -> "Keys":
        """The entries of these ordered, distinct hashes; this must be ordered."""
        first = np.searchsorted(self.hashes, hashes, "left")
        n = np.searchsorted(self.hashes, hashes, "right") - first
        at = np.repeat(first - np.cumsum(n) + n, n) + np.arange(n.sum())
        return Keys(np.asarray(self.hashes[at]), np.asarray(self.days[at]))

    def write(self, path: Path) -> None:
        """As one array of two rows, which is read without being copied into memory."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".partial")
        with beside.open("wb") as file:
            np.save(file, np.stack([self.hashes, self.days.astype(np.uint64)]))
        beside.replace(path)


NO_KEYS = Keys(np.zeros(0, np.uint64), np.zeros(0, np.int64))


def read_keys(path: Path) -> Keys:
    """A run as it lies on the disk: nothing of it is in memory before it is asked for."""
    rows = np.load(path, mmap_mode="r")
    return Keys(rows[0], rows[1].view(np.int64))


def joined(parts: Sequence[Keys]) -> Keys:
    """All entries, in no order."""
    every = [NO_KEYS, *parts]
    return Keys(
        np.concatenate([part.hashes for part in every]),
        np.concatenate([part.days for part in every]),
    )


def key_hash(table: Table) -> str:
    """The expression of a key's hash; the folder of the runs names the version that computes it."""
    return f"hash({', '.join(table.key)})"


def keys_of(connection: duckdb.DuckDBPyConnection, table: Table, rows: str) -> Keys:
    """The keys of these rows, a relation in SQL with an `event_date`, and the day of each."""
    told = connection.sql(
        f"select {key_hash(table)} as hash, event_date - date '1970-01-01' as day from {rows}"
    ).fetchnumpy()
    return Keys(told["hash"].astype(np.uint64), told["day"].astype(np.int64))


def landed_elsewhere(chunk: Keys, runs: Sequence[Path]) -> Keys:
    """Of the chunk's keys that lie on more than one day: every entry, old and new."""
    hashes = np.unique(chunk.hashes)
    found = [read_keys(path).found(hashes) for path in runs]
    told = _repeated(joined([chunk, *found]).ordered())
    pairs = np.unique(np.stack([told.hashes, told.days.astype(np.uint64)]), axis=1)
    return _repeated(Keys(pairs[0], pairs[1].astype(np.int64)))


def _repeated(keys: Keys) -> Keys:
    """The entries, in order, whose hash comes more than once."""
    again = np.zeros(len(keys.hashes), dtype=bool)
    again[1:] = keys.hashes[1:] == keys.hashes[:-1]
    again[:-1] |= again[1:]
    return Keys(keys.hashes[again], keys.days[again])


def prepare_keys(home: Home) -> None:
    """See that the runs tell of everything that is landed, and merge small ones."""
    for other in keys_folder(home).parent.glob("duckdb-*"):
        if other != keys_folder(home):  # hashes of another version find nothing
            shutil.rmtree(other)
    for table in load_tables().values():
        if table.by_day:
            files = sorted((home.landing / table.name).glob("*/[0-9]*.parquet"))
            folder = keys_folder(home) / table.name
            covered = [_span(path) for path in runs_of(folder)]
            landed = {landed_sequence(path) for path in files}
            if not all(any(a <= one <= b for a, b in covered) for one in landed):
                _make_anew(table, files, folder)
            _merge(folder)


def runs_of(folder: Path) -> list[Path]:
    """The runs of one table."""
    return sorted(folder.glob("*.npy"))


def run_name(first: int, last: int, number: int) -> str:
    """A run's file: the batches that it tells of, and which of their runs it is."""
    return f"{first:08d}-{last:08d}-{number}.npy"


def _span(path: Path) -> tuple[int, int]:
    first, last, _ = path.stem.split("-")
    return int(first), int(last)


def _make_anew(table: Table, files: Sequence[Path], folder: Path) -> None:
    for path in runs_of(folder):
        path.unlink()
    sequences = [landed_sequence(path) for path in files]
    for number, keys in enumerate(_landed_keys(table, files)):
        keys.ordered().write(folder / run_name(min(sequences), max(sequences), number))
        _merge(folder)


def _landed_keys(table: Table, files: Sequence[Path]) -> Iterator[Keys]:
    with duckdb.connect(config={"threads": 2}) as connection:
        for start in range(0, len(files), _FILES):
            listed = ", ".join(literal(path) for path in files[start : start + _FILES])
            rows = f"""
                read_parquet([{listed}], hive_partitioning = true,
                    hive_types = {{'event_date': date}})
            """
            yield keys_of(connection, table, rows)


def _merge(folder: Path) -> None:
    """Merge the smallest runs where there are many; what is killed in between tells twice."""
    runs = sorted(runs_of(folder), key=lambda path: path.stat().st_size)
    while len(runs) > _MANY:
        small = runs[:_MERGED]
        spans = [_span(path) for path in small]
        first, last = min(a for a, _ in spans), max(b for _, b in spans)
        numbers = [int(path.stem.rpartition("-")[2]) for path in runs_of(folder)]
        whole = joined([read_keys(path) for path in small]).ordered()
        whole.write(folder / run_name(first, last, max(numbers) + 1))
        for path in small:
            path.unlink()
        runs = sorted(runs_of(folder), key=lambda path: path.stat().st_size)
