"""Scores anomaly detectors as the Numenta Anomaly Benchmark does (Lavin and Ahmad, 2015).

A detection inside a labelled window earns up to 1, the earlier the more; only the best of a window
counts. One outside costs up to the weight of false positives, less just after a window; a window
without any costs 1. The first 15 % of a series (750 points at most) are probation. One threshold
serves all series: the one with the highest sum. The sum is scaled so that a detector that says
nothing has 0 and one that is right at every window's first moment has 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FALSE_POSITIVE_WEIGHT = 0.11  # of the standard profile; hits and misses weigh 1
PROBATION_SHARE, PROBATION_ROWS = 0.15, 5000
FAR = 3.0  # window widths behind a window from which on a false positive costs all of its weight

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Labelled:
    """A series of `rows` points and its windows: first and last row of each, in order."""

    rows: int
    windows: Sequence[tuple[int, int]]

    @property
    def probation(self) -> int:
        """Rows at the start that are not judged."""
        share = PROBATION_SHARE * min(self.rows, PROBATION_ROWS)
        return int(share)


def _sigmoid(position: Floats) -> Floats:
    shaped: Floats = 2.0 / (1.0 + np.exp(5.0 * position)) - 1.0
    return np.where(position >= FAR, -1.0, shaped)


def weigh_rows(series: Labelled) -> tuple[Floats, Ints]:
    """What a detection at every row is worth, and the number of its window (-1 outside all)."""
    at = np.arange(series.rows)
    position = np.full(series.rows, FAR)
    window = np.full(series.rows, -1)
    for number, (first, last) in enumerate(series.windows):
        width = last - first + 1
        later = at > last
        position[later] = (at[later] - last) / (width - 1)
        inside = (at >= first) & (at <= last)
        position[inside] = -(last - at[inside] + 1) / width
        window[inside] = number
    worth = _sigmoid(position)
    best = float(_sigmoid(np.array([-1.0]))[0])
    return np.where(window >= 0, worth / best, worth * FALSE_POSITIVE_WEIGHT), window


def score(series: Sequence[Labelled], anomaly_scores: Sequence[Floats]) -> tuple[float, float]:
    """The normalised score of all series together, and the threshold that gives it."""
    worth, window, found, offset = [], [], [], 0
    for labelled, scores in zip(series, anomaly_scores, strict=True):
        row_worth, row_window = weigh_rows(labelled)
        judged = slice(labelled.probation, None)
        worth.append(row_worth[judged])
        window.append(np.where(row_window >= 0, row_window + offset, -1)[judged])
        found.append(np.asarray(scores, dtype=np.float64)[judged])
        offset += len(labelled.windows)
    return _best(np.concatenate(worth), np.concatenate(window), np.concatenate(found), offset)


def gain(series: Labelled, anomaly_scores: Floats, threshold: float) -> float:
    """What one series earns at a threshold chosen elsewhere: from minus its windows upwards."""
    worth, window = weigh_rows(series)
    told = np.asarray(anomaly_scores, dtype=np.float64) >= threshold
    told[: series.probation] = False
    missed = -1.0
    of_windows = [
        worth[told & (window == number)].max(initial=missed)
        for number in range(len(series.windows))
    ]
    return float(worth[told & (window < 0)].sum() + sum(of_windows))


def normalise(gains: float, windows: int) -> float:
    """The sum of gains as the score: 0 for who says nothing, 100 for who is right at once."""
    return 100.0 * (gains + windows) / (2.0 * windows)


def _best(worth: Floats, window: Ints, scores: Floats, windows: int) -> tuple[float, float]:
    """Lower the threshold past one score after the other; keep the best sum."""
    order = np.argsort(-scores, kind="stable")
    worth, window, scores = worth[order], window[order], scores[order]
    gains = np.where(window < 0, worth, 0.0)
    best_of: dict[int, float] = {}
    for at in np.flatnonzero(window >= 0).tolist():
        own = int(window[at])
        before = best_of.get(own, -1.0)
        if worth[at] > before:
            gains[at] = worth[at] - before
            best_of[own] = float(worth[at])
    totals = np.concatenate([[0.0], np.cumsum(gains)])
    # Rows of one score are passed together, so only the last of them ends a sum.
    ends = np.flatnonzero(np.diff(scores, append=-np.inf) != 0) + 1
    ends = np.concatenate([[0], ends])
    at = int(ends[np.argmax(totals[ends])])
    threshold = float(scores[at - 1]) if at else float("inf")
    return normalise(float(totals[at]) - windows, windows), threshold
