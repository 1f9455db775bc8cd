"""When a trend set in, and how fast what it adds fades."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_GAP_ROWS = 2  # rows without significance that do not end a trend
TYPICAL_HALF_LIFE = 3.0  # days; what a trend is taken to have until it shows its own
_LEAST, _MOST = 0.5, 60.0


def find_onsets(trending: Bools) -> Ints:
    """For each row and term the row in which its present trend set in; -1 where it has none."""
    rows, terms = trending.shape
    onset = np.full((rows, terms), -1)
    last_seen, since = np.full(terms, -1_000), np.full(terms, -1)
    for row in range(rows):
        ended = row - last_seen > MOST_GAP_ROWS + 1
        since = np.where(trending[row] & ended, row, since)
        last_seen = np.where(trending[row], row, last_seen)
        onset[row] = np.where(trending[row], since, -1)
    return onset


def half_lives(excess: Floats, onset: Ints, per_day: int) -> Floats:
    """
    Days in which what a trend adds halves, from its peak to each row; nan at or before the peak.

    `excess` is what was observed beyond the expected. One day's decline says little, so it is mixed
    with the typical half-life, which weighs three days.
    """
    result = np.full(excess.shape, np.nan)
    for row, term in zip(*np.nonzero(onset >= 0), strict=True):
        course = np.maximum(excess[onset[row, term] : row + 1, term], 0.0)
        peak = int(np.argmax(course))
        days = (len(course) - 1 - peak) / per_day
        if days > 0:
            fallen = np.log2(max(course[peak], 1e-9) / max(course[-1], 0.5))
            own = np.clip(days / fallen if fallen > 0 else _MOST, _LEAST, _MOST)
            mixed = (days * own + TYPICAL_HALF_LIFE**2) / (days + TYPICAL_HALF_LIFE)
            result[row, term] = mixed
    return result
