"""Tables of numpy columns that grow by rows; the state of a simulated network is made of these."""

from dataclasses import dataclass, fields
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass
class Columns:
    """Columns of one length; a subclass's fields are numpy arrays and nothing else."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Every column by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def append(self, other: Self) -> None:
        """Grow by the other's rows."""
        for name, values in other.arrays().items():
            setattr(self, name, np.concatenate([getattr(self, name), values]))

    def where(self, kept: Bools | Ints) -> Self:
        """The rows of a mask, or at these positions."""
        return type(self)(**{name: values[kept] for name, values in self.arrays().items()})


_Table = TypeVar("_Table", bound=Columns)


def together(parts: list[_Table]) -> _Table:
    """The rows of all parts, one after the other; at least one part must be given."""
    columns = [part.arrays() for part in parts]
    return type(parts[0])(**{n: np.concatenate([c[n] for c in columns]) for n in columns[0]})


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For counts per row: the row of every single one, and its number within that row."""
    rows = np.repeat(np.arange(len(counts)), counts)
    firsts = np.cumsum(counts) - counts
    return rows, np.arange(len(rows)) - firsts[rows]


def within(lows: Ints, highs: Ints, rng: np.random.Generator) -> Ints:
    """One position drawn evenly from every half-open range; -1 where the range is empty."""
    drawn = lows + np.floor(rng.random(len(lows)) * (highs - lows)).astype(np.int64)
    return np.where(highs > lows, drawn, -1)


def by_weight(cumulative: Floats, lows: Floats, highs: Floats, rng: np.random.Generator) -> Ints:
    """One position by weight from every stretch of a cumulative sum; -1 where it weighs nothing."""
    at = lows + rng.random(len(lows)) * (highs - lows)
    drawn = np.minimum(np.searchsorted(cumulative, at, side="right"), len(cumulative) - 1)
    return np.where(highs > lows, drawn, -1)
