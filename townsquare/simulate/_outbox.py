"""Writes what the network tells: one Parquet file per contract table and exported day."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from townsquare.contract import load_table, load_tables
from townsquare.simulate._columns import Bools, Ints
from townsquare.simulate._world import DAY_US, World

LATE_SHARE = 0.008
REPEATED_SHARE = 0.0005


class Outbox:
    """Rows on their way out: those of today, and those that will be told late."""

    def __init__(self, world: World, start_us: int) -> None:
        self.world = world
        self.start_us = start_us
        self.waiting: dict[tuple[str, int], list[pa.Table]] = {}
        self.exported = 0

    def add(
        self,
        table: str,
        day: int,
        event_us: Ints,
        columns: dict[str, pa.Array],
        due: Ints | None = None,
    ) -> Ints:
        """Queue rows; the day on which each is told. Without `due` a few are late or told twice."""
        if len(event_us) == 0:
            return event_us
        rng = self.world.rng(day, f"outbox {table}{'' if due is None else ' versions'}")
        happened = (event_us - self.start_us) // DAY_US
        told = np.maximum(happened, day) if due is None else due
        if due is None:
            late = rng.random(len(told)) < LATE_SHARE
            told = told + np.where(late, rng.geometric(0.6, len(told)), 0)
        loaded_us = self.start_us + (told + 1) * DAY_US
        rows = _shape(table, event_us, columns, loaded_us)
        repeated = (rng.random(len(told)) < REPEATED_SHARE) & (due is None)
        for at in np.unique(told):
            self._queue(table, int(at), rows, told == at)
        for at in np.unique(told[repeated]):
            self._queue(table, int(at) + 1, rows, (told == at) & repeated)
        return told

    def _queue(self, table: str, day: int, rows: pa.Table, chosen: Bools) -> None:
        kept = rows if chosen.all() else rows.filter(pa.array(chosen))
        self.waiting.setdefault((table, day), []).append(kept)

    def write(self, day: int, exported_date: str, exports: Path) -> int:
        """Write this day's file of every table, empty ones too, and forget the rows."""
        rows = 0
        for name, table in load_tables().items():
            parts = self.waiting.pop((name, day), [])
            whole = pa.concat_tables(parts) if parts else table.arrow_schema.empty_table()
            write_parquet(whole, exports / name / f"exported_date={exported_date}" / "part.parquet")
            rows += whole.num_rows
        self.exported += rows
        return rows

    def save(self, folder: Path) -> None:
        """Keep the rows that wait."""
        for (table, day), parts in self.waiting.items():
            write_parquet(pa.concat_tables(parts), folder / f"{table}-{day}.parquet")

    def load(self, folder: Path) -> None:
        """Take up the rows that a checkpoint kept waiting."""
        for path in sorted(folder.glob("*.parquet")):
            table, day = path.stem.rsplit("-", 1)
            rows = pq.read_table(path, partitioning=None)
            # Parquet names a list's inside anew, which would show in the bytes of the next file.
            self.waiting[table, int(day)] = [rows.cast(load_table(table).arrow_schema)]


def write_parquet(rows: pa.Table, path: Path) -> None:
    """Write a file whole or not at all; equal rows give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    pq.write_table(rows.combine_chunks(), partial, compression="zstd")
    partial.replace(path)


def labels(prefix: str, numbers: Ints) -> pa.Array:
    """Ids as text; null for a negative number."""
    known = pa.array(numbers, mask=numbers < 0)
    return pc.binary_join_element_wise(prefix, pc.cast(known, pa.string()), "")


def moments(us: Ints) -> pa.Array:
    """UTC timestamps; null for a negative one."""
    return pa.array(us, mask=us < 0).cast(pa.timestamp("us"))


def coded(words: tuple[str, ...], codes: Ints) -> pa.Array:
    """Words by their number; null for a negative one."""
    return pa.array(words, pa.string()).take(pa.array(codes, mask=codes < 0))


def _shape(table: str, event_us: Ints, columns: dict[str, pa.Array], loaded_us: Ints) -> pa.Table:
    """The contract's columns in the contract's order; what is not given is null."""
    contract = load_table(table)
    known = {
        **columns,
        contract.event_time: moments(event_us),
        "loaded_at": moments(loaded_us),
    }
    schema = contract.arrow_schema
    strange = known.keys() - set(schema.names)
    if strange:
        raise KeyError(f"{table} has no columns {sorted(strange)}")
    arrays = [
        known.get(field.name, pa.nulls(len(event_us), field.type)).cast(field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
