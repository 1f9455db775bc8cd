"""Reads a frame's Parquet into numbers and refuses one that contradicts its declaration."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from ml.declaration import Score
from ml.splitting import Outcomes
from townsquare import frames
from townsquare.errors import TownsquareError
from townsquare.settings import Home

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Frame:
    """Rows in the order of their grain; a missing value or an immature label is NaN."""

    entities: npt.NDArray[np.object_]
    days: Days
    labels: Floats
    values: Floats
    features: tuple[str, ...]

    def __len__(self) -> int:
        """Rows."""
        return len(self.days)

    @cached_property
    def as_of_dates(self) -> tuple[date, ...]:
        """The dates that have rows, ascending."""
        return tuple(day.item() for day in np.unique(self.days))

    def at(self, dates: Sequence[date]) -> "Frame":
        """The rows of these as_of_dates."""
        return self._where(np.isin(self.days, np.array(dates, dtype="datetime64[D]")))

    def labelled(self) -> "Frame":
        """The rows whose outcome is known."""
        return self._where(~np.isnan(self.labels))

    def select(self, features: Sequence[str]) -> Floats:
        """The values of these features, in this order."""
        if tuple(features) == self.features:
            return self.values
        return self.values[:, [self.features.index(name) for name in features]]

    def outcomes(self) -> dict[date, Outcomes]:
        """The known outcomes of each as_of_date."""
        known = self.labelled()
        days, place = np.unique(known.days, return_inverse=True)
        happened = np.bincount(place, weights=known.labels, minlength=len(days))
        rows = np.bincount(place, minlength=len(days))
        return {
            day.item(): Outcomes(int(yes), int(all_of - yes))
            for day, yes, all_of in zip(days, happened, rows, strict=True)
        }

    def fingerprint(self) -> str:
        """The data version: a hash of every value that a model could see."""
        digest = hashlib.sha256("\n".join(self.features).encode())
        digest.update("\n".join(map(str, self.entities)).encode())
        for column in (self.days.astype("int64"), self.labels, self.values):
            digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()[:12]

    def _where(self, keep: npt.NDArray[np.bool_]) -> "Frame":
        return Frame(
            self.entities[keep],
            self.days[keep],
            self.labels[keep],
            self.values[keep],
            self.features,
        )


def read_frame(
    home: Home,
    score: Score,
    as_of: date,
    dates: Sequence[date] | None = None,
    features: Sequence[str] | None = None,
) -> Frame:
    """The frame as of a date: no later row is read, and no outcome that was open then."""
    path = frames.folder(home, score.frame)
    wanted = tuple(features or score.features)
    _has_columns(path, score, wanted)
    days = pc.field("as_of_date")
    rows = days <= pa.scalar(as_of) if dates is None else days.isin(list(dates))
    source = ds.dataset(path, format="parquet")  # a file per as_of_date
    table = source.to_table(columns=[*score.grain, score.label, *wanted], filter=rows)
    table = table.sort_by([("as_of_date", "ascending"), (score.entity, "ascending")])
    frame = Frame(
        entities=np.asarray(table[score.entity].to_pylist(), dtype=object),
        days=table["as_of_date"].cast(pa.date32()).to_numpy().astype("datetime64[D]"),
        labels=_numbers(path, table, score.label),
        values=_matrix(path, table, wanted),
        features=wanted,
    )
    _has_one_row_per_grain(path, score, frame)
    return _without_open_outcomes(path, score, frame, as_of)


def lacks(home: Home, score: Score, features: Sequence[str]) -> list[str]:
    """The features that the frame does not hold, as when it changed after a champion was made."""
    path = frames.folder(home, score.frame)
    there = set(ds.dataset(path, format="parquet").schema.names)
    return [name for name in features if name not in there]


def _has_columns(path: Path, score: Score, features: Sequence[str]) -> None:
    if not path.exists() or (path.is_dir() and not any(path.glob("*.parquet"))):
        raise TownsquareError(
            f"{path} does not exist, so {score.name} cannot be learned; build the frames first."
        )
    there = ds.dataset(path, format="parquet").schema.names
    missing = [name for name in (*score.grain, score.label, *features) if name not in there]
    if missing:
        raise TownsquareError(
            f"{path} has no column {missing[0]!r}, which ml/scores/{score.name}.yml names; "
            f"add it to {score.frame}.sql or take it out of the declaration."
        )
    ahead = sorted(name for name in there if "_next_" in name and name != score.label)
    if ahead:
        raise TownsquareError(
            f"{path} looks ahead in {ahead[0]!r}; only the label {score.label} may, "
            f"so take it out of {score.frame}.sql."
        )


def _matrix(path: Path, table: pa.Table, features: Sequence[str]) -> Floats:
    values = np.empty((len(table), len(features)))
    for position, name in enumerate(features):
        values[:, position] = _numbers(path, table, name)
    return values


def _numbers(path: Path, table: pa.Table, name: str) -> Floats:
    kind = table.schema.field(name).type
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (number or pa.types.is_boolean(kind) or pa.types.is_null(kind)):
        raise TownsquareError(
            f"{path}: {name} is {kind}, and a model reads numbers and booleans; "
            "make it one in its feat_ model."
        )
    if pa.types.is_boolean(kind):
        table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.int8()))
    column = table[name].cast(pa.float64()).to_numpy()
    return np.asarray(column, dtype=np.float64)


def _has_one_row_per_grain(path: Path, score: Score, frame: Frame) -> None:
    same = (frame.days[1:] == frame.days[:-1]) & (frame.entities[1:] == frame.entities[:-1])
    if same.any():
        where = int(np.argmax(same))
        raise TownsquareError(
            f"{path} has {score.entity} {frame.entities[where]!r} twice as of {frame.days[where]}; "
            f"mend {score.frame}.sql so that its grain holds."
        )


def _without_open_outcomes(path: Path, score: Score, frame: Frame, as_of: date) -> Frame:
    """
    Blank the outcomes that were still open on as_of.

    A frame built later than as_of knows them by now; one built on as_of must not.
    """
    last_mature = np.datetime64(as_of - timedelta(days=score.horizon_days))
    known = ~np.isnan(frame.labels)
    strange = known & ~np.isin(frame.labels, (0.0, 1.0))
    if strange.any():
        raise TownsquareError(
            f"{path}: {score.label} is {frame.labels[strange][0]:g} as of "
            f"{frame.days[strange][0]}, and an outcome is true, false or not yet known (null)."
        )
    labels = np.where(frame.days > last_mature, np.nan, frame.labels)
    return Frame(frame.entities, frame.days, labels, frame.values, frame.features)
