"""Finds the days on which a noisy series changes its level, with a bound on false alarms."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ml.text.tokens import Floats, Ints

_SHRINK = 2**-0.5
_SHORTEST = 4
_DRAWS = 1_000
_LASTING = 0.75
_SEED = 20_230_301


@dataclass(frozen=True)
class Change:
    """The first position of the new level, what it rose by, and how far that is from chance."""

    position: int
    change: float
    strength: float


def changes(values: Floats, variances: Floats, false_alarms: float) -> list[Change]:
    """The changes of level of a series whose values have known variances (inf: no value).

    Seeded binary segmentation with narrowest-over-threshold selection: S. Kovacs, P. Buehlmann,
    H. Li and A. Munk, Biometrika 110 (2023); R. Baranowski, Y. Chen and P. Fryzlewicz, JRSS B 81
    (2019). The threshold is the quantile of the largest statistic of as long a series of noise,
    so that a series without a change raises a false alarm with probability `false_alarms`. A
    change that is below three quarters of it between the levels beside it did not last, and is
    dropped.
    """
    kept = np.flatnonzero(np.isfinite(variances) & np.isfinite(values) & (variances > 0))
    if len(kept) < 2 * _SHORTEST:
        return []
    series, weights = values[kept], 1.0 / variances[kept]
    best = [_best(series, weights, low, high) for low, high in _intervals(len(kept))]
    limit = threshold(len(kept), false_alarms)
    candidates = [
        (high - low, -strength, at, low, high)
        for (low, high), (at, strength) in zip(_intervals(len(kept)), best, strict=True)
        if strength > limit
    ]
    chosen: list[int] = []
    for _, _, at, low, high in sorted(candidates):
        if not any(low < other < high for other in chosen):
            chosen.append(at)
    found = _told(series, weights, kept, sorted(chosen))
    while found and min(one.strength for one in found) <= _LASTING * limit:
        weakest = min(range(len(found)), key=lambda at: found[at].strength)
        del chosen[chosen.index(sorted(chosen)[weakest])]
        found = _told(series, weights, kept, sorted(chosen))
    return found


def _told(series: Floats, weights: Floats, kept: Ints, chosen: list[int]) -> list[Change]:
    """Each change set where both neighbouring levels fit best, and its size between them."""
    found: list[Change] = []
    edges = [0, *chosen, len(series)]
    for left, at, right in zip(edges, edges[1:], edges[2:], strict=False):
        place, strength = _best(series, weights, left, right)
        place = place if left < place < right else at
        before = np.average(series[left:place], weights=weights[left:place])
        after = np.average(series[place:right], weights=weights[place:right])
        found.append(Change(int(kept[place]), float(after - before), float(strength)))
    return found


def _best(series: Floats, weights: Floats, low: int, high: int) -> tuple[int, float]:
    """The split of [low, high) whose two weighted means differ most, in standard errors."""
    mass = np.cumsum(weights[low:high])
    sums = np.cumsum(weights[low:high] * series[low:high])
    left, right = mass[:-1], mass[-1] - mass[:-1]
    gap = sums[:-1] / left - (sums[-1] - sums[:-1]) / right
    strength = np.abs(gap) * np.sqrt(left * right / mass[-1])
    at = int(np.argmax(strength))
    return low + at + 1, float(strength[at])


@lru_cache(maxsize=256)
def _intervals(length: int) -> tuple[tuple[int, int], ...]:
    """Deterministic overlapping intervals of every scale, each about .71 of the one before."""
    found = {(0, length)}
    size = float(length)
    while size >= 2 * _SHORTEST:
        step = size / 2
        starts = np.arange(0, max(length - size, 0) + 1e-9, step)
        found |= {(int(s), min(length, int(np.ceil(s + size)))) for s in starts}
        found.add((max(0, length - int(np.ceil(size))), length))
        size *= _SHRINK
    return tuple(sorted(found))


def threshold(length: int, false_alarms: float) -> float:
    """The largest statistic that noise of this length exceeds with the given probability."""
    return float(np.quantile(_largest(_rounded(length)), 1 - false_alarms))


def _rounded(length: int) -> int:
    """Up to the next of about eight lengths per doubling: a longer series has the higher limit."""
    step = max(1, 2 ** (int(np.log2(length)) - 3))
    return int(-(-length // step) * step)


@lru_cache(maxsize=128)
def _largest(length: int) -> Floats:
    """The largest statistic of each of 1,000 drawn series of noise."""
    noise = np.random.default_rng([_SEED, length]).normal(size=(_DRAWS, length))
    sums = np.concatenate([np.zeros((_DRAWS, 1)), np.cumsum(noise, axis=1)], axis=1)
    largest = np.zeros(_DRAWS)
    for low, high in _intervals(length):
        n_left = np.arange(1, high - low)
        left = sums[:, low + 1 : high] - sums[:, [low]]
        gap = left - (sums[:, [high]] - sums[:, [low]]) * n_left / (high - low)
        scale = np.sqrt((high - low) / (n_left * (high - low - n_left)))
        largest = np.maximum(largest, np.abs(gap * scale).max(axis=1))
    return largest
