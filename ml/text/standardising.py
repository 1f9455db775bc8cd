"""Tells a change of mood from a change of who talks: the mix of authors is held fixed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.text.tokens import Floats, Ints

_ROUNDS = 12
_Z = 1.959964


@dataclass(frozen=True)
class Levels:
    """Per day of a series; all arrays have the series' length, NaN where nobody spoke."""

    n: Ints
    n_authors: Ints
    raw: Floats
    adjusted: Floats
    variance: Floats

    @property
    def composition(self) -> Floats:
        """What is owed to who spoke: raw less adjusted."""
        return self.raw - self.adjusted

    @property
    def half_width(self) -> Floats:
        """Of the 95 % interval of `adjusted`."""
        return _Z * np.sqrt(self.variance)


def levels(scores: Floats, days: Ints, authors: Ints, groups: Ints, n_days: int) -> Levels:
    """Mean score of each day, as heard and as it were had everybody of the whole period spoken.

    A score is the day's level, the habitual mood of the author's group, the author's own beside
    it and noise. Habits are shrunk by their reliability (best linear unbiased prediction, D. L.
    Harville, JASA 72 (1977)) and fitted together with the levels by backfitting; the adjusted
    level puts the whole period's mix in the place of the day's: direct standardisation.
    `authors` and `groups` are codes from 0; an author has one group.
    """
    n_authors, n_groups = int(authors.max(initial=-1)) + 1, int(groups.max(initial=-1)) + 1
    group_of = np.zeros(n_authors, dtype=np.int64)
    group_of[authors] = groups
    per_author = np.bincount(authors, minlength=n_authors)
    count = np.bincount(days, minlength=n_days)
    day_level = _mean(scores, days, count)
    habit, noise, spread = np.zeros(n_authors), float(np.var(scores)) or 1.0, 0.0
    for _ in range(_ROUNDS):
        rest = scores - day_level[days]
        own = _mean(rest, authors, per_author)
        of_group = _grouped(own, per_author, group_of, n_groups, noise, spread)
        noise, spread = _components(rest, authors, per_author, own, of_group[group_of])
        trust = per_author / (per_author + noise / spread) if spread > 0 else 0.0 * per_author
        habit = of_group[group_of] + trust * (own - of_group[group_of])
        day_level = _mean(scores - habit[authors], days, count)
    usual = float(np.average(habit, weights=per_author)) if len(scores) else 0.0
    left = noise / (per_author + noise / spread) if spread > 0 else 0.0 * per_author
    variance = _variance(scores - habit[authors] - day_level[days], days, authors, count, left)
    spoken = count > 0
    return Levels(
        n=count,
        n_authors=_distinct(days, authors, n_days),
        raw=np.where(spoken, _mean(scores, days, count), np.nan),
        adjusted=np.where(spoken, day_level + usual, np.nan),
        variance=np.where(spoken, variance, np.inf),
    )


def _mean(values: Floats, codes: Ints, count: Ints) -> Floats:
    return np.bincount(codes, values, len(count)) / np.maximum(count, 1)


def _grouped(
    own: Floats, per_author: Ints, group_of: Ints, n_groups: int, noise: float, spread: float
) -> Floats:
    """The mean habit of each group, an author weighing as much as is known of them."""
    reliable = 1.0 / (spread + noise / np.maximum(per_author, 1))
    mass = np.bincount(group_of, reliable, n_groups)
    return np.bincount(group_of, reliable * own, n_groups) / np.maximum(mass, 1e-12)


def _components(
    rest: Floats, authors: Ints, per_author: Ints, own: Floats, expected: Floats
) -> tuple[float, float]:
    """Variance within authors and between them, by moments."""
    within = np.sum((rest - own[authors]) ** 2)
    n, n_authors = len(rest), int((per_author > 0).sum())
    noise = within / (n - n_authors) if n > n_authors else float(np.var(rest))
    between = np.sum(per_author * (own - expected) ** 2)
    effective = n - np.sum(per_author.astype(float) ** 2) / n
    spread = (between - (n_authors - 1) * noise) / effective if effective > 0 else 0.0
    return max(float(noise), 1e-9), max(float(spread), 0.0)


def _variance(noise: Floats, days: Ints, authors: Ints, count: Ints, left: NDArray[Any]) -> Floats:
    """Of each day's level: an author's contents of a day go together, habits are uncertain."""
    pairs, which, times = np.unique(
        days.astype(np.int64) * (len(left) + 1) + authors, return_inverse=True, return_counts=True
    )
    day, author = pairs // (len(left) + 1), pairs % (len(left) + 1)
    free = max(len(noise) - len(np.unique(days)), 1)
    whole = float(np.sum(noise**2)) / free
    twice = times > 1
    sums = np.bincount(which, noise, len(pairs))
    squares = np.bincount(which, noise**2, len(pairs))
    n_pairs = float(np.sum(times[twice] * (times[twice] - 1)))
    together = float(np.sum(sums[twice] ** 2 - squares[twice])) / n_pairs if n_pairs else 0.0
    together = float(np.clip(together, 0.0, whole))
    each = times * whole + times * (times - 1) * together + times**2 * left[author]
    variance: Floats = np.bincount(day, each, len(count)) / np.maximum(count, 1) ** 2
    return variance


def _distinct(days: Ints, authors: Ints, n_days: int) -> Ints:
    pairs = np.unique(np.stack([days, authors]), axis=1)
    return np.bincount(pairs[0], minlength=n_days)
