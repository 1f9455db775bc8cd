"""Rows kept by month of a date column, so that one more day rewrites one month and no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from townsquare.parquet import save


@dataclass(frozen=True)
class Days:
    """One folder of Parquet files, a file per month, rows ordered by day and key."""

    folder: Path
    column: str
    key: tuple[str, ...]

    def replace(self, rows: ds.Dataset | pa.Table, dates: Iterable[date] | None) -> None:
        """Replace the rows of these dates, or all of them when `dates` is None."""
        source = ds.dataset(rows) if isinstance(rows, pa.Table) else rows
        found = pc.unique(source.to_table(columns=[self.column])[self.column]).to_pylist()
        wanted = None if dates is None else sorted(set(dates))
        months = {_month(day) for day in (found if wanted is None else [*wanted, *found])}
        for month in sorted(months):
            inside = _inside(self.column, month)
            new = source.to_table(filter=inside)
            kept = self._kept(month, wanted)
            self._write(month, new if kept is None else pa.concat_tables([kept, new]))
        if wanted is None:
            self._keep_only({f"{year}-{month:02d}.parquet" for year, month in months})

    def read(self, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        """The rows that the filter keeps, in the order of days and keys."""
        files = sorted(self.folder.glob("[0-9]*.parquet"))
        if not files:
            files = sorted(self.folder.glob("empty.parquet"))
        return ds.dataset(files, format="parquet").to_table(
            columns=None if columns is None else list(columns), filter=filters
        )

    def _kept(self, month: tuple[int, int], dates: Sequence[date] | None) -> pa.Table | None:
        path = self._path(month)
        if dates is None or not path.exists():
            return None
        replaced = pc.field(self.column).isin(pa.array(dates, pa.date32()))
        return ds.dataset(path, format="parquet").to_table(filter=~replaced)

    def _write(self, month: tuple[int, int], table: pa.Table) -> None:
        if not len(table):
            self._path(month).unlink(missing_ok=True)
            return
        order = [(name, "ascending") for name in (self.column, *self.key) if name != self.column]
        save(table.sort_by([(self.column, "ascending"), *order]), self._path(month))

    def _keep_only(self, names: set[str]) -> None:
        for path in self.folder.glob("[0-9]*.parquet"):
            if path.name not in names:
                path.unlink()

    def _path(self, month: tuple[int, int]) -> Path:
        return self.folder / f"{month[0]}-{month[1]:02d}.parquet"


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _inside(column: str, month: tuple[int, int]) -> Any:
    first = date(month[0], month[1], 1)
    after = date(month[0] + month[1] // 12, month[1] % 12 + 1, 1)
    field = pc.field(column)
    return (field >= pa.scalar(first)) & (field < pa.scalar(after))
