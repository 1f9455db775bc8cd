"""The figures by which probabilities are judged, each over bootstrap weights of users at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Metric = Callable[[Floats, Floats, Floats], Floats]

SEED = 20240229
RESAMPLES = 500
BINS = 10
_CELLS = 4_000_000  # weights held at once
_KEPT = 100_000_000  # bytes of resamples that are kept from one figure to the next


@dataclass(frozen=True)
class Interval:
    """A figure and where 95 of 100 resamples of the users put it."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As a sentence would say it."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def auc(scores: Floats, labels: Floats, weights: Floats) -> Floats:
    """The chance that a positive scores above a negative, ties counting half; one per weights."""
    order = np.argsort(scores, kind="stable")
    starts = _steps(scores[order])
    ordered = weights[:, order]
    positives = np.add.reduceat(ordered * labels[order], starts, axis=1)
    negatives = np.add.reduceat(ordered * (1 - labels[order]), starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray((positives * below).sum(axis=1) / pairs)


def average_precision(scores: Floats, labels: Floats, weights: Floats) -> Floats:
    """Precision averaged over the positives, from the highest score down; ties move together."""
    order = np.argsort(-scores, kind="stable")
    starts = _steps(scores[order])
    ordered = weights[:, order]
    positives = np.add.reduceat(ordered * labels[order], starts, axis=1)
    rows = np.cumsum(np.add.reduceat(ordered, starts, axis=1), axis=1)
    found = np.cumsum(positives, axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray((positives * found / rows).sum(axis=1) / found[:, -1])


def _steps(ordered: Floats) -> npt.NDArray[np.intp]:
    """Where each run of equal scores begins."""
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])


def brier(scores: Floats, labels: Floats, weights: Floats) -> Floats:
    """Mean squared distance of the probability from what happened."""
    return np.asarray(weights @ (scores - labels) ** 2 / weights.sum(axis=1))


def lift(scores: Floats, labels: Floats, weights: Floats) -> Floats:
    """How many times the base rate the tenth with the highest scores holds; of a tie, its share."""
    order = np.argsort(-scores, kind="stable")
    starts = _steps(scores[order])
    ordered = weights[:, order]
    rows = np.add.reduceat(ordered, starts, axis=1)
    positives = np.add.reduceat(ordered * labels[order], starts, axis=1)
    total = rows.sum(axis=1, keepdims=True)
    before = np.cumsum(rows, axis=1) - rows
    with np.errstate(invalid="ignore", divide="ignore"):
        # Of the run of equal scores that the cut goes through, as much as lies above it.
        share = np.where(rows > 0, np.clip((total / 10 - before) / rows, 0, 1), 0)
        rate = positives.sum(axis=1) / total[:, 0]
        return np.asarray((share * positives).sum(axis=1) / (total[:, 0] / 10) / rate)


def calibration_error(scores: Floats, labels: Floats, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal numbers of rows."""
    table = calibration_table(scores, labels, bins)
    return float(np.abs(table[:, 0] - table[:, 1]) @ table[:, 2] / table[:, 2].sum())


def calibration_table(scores: Floats, labels: Floats, bins: int = BINS) -> Floats:
    """Mean probability, share that happened and rows of each equal-mass bin, lowest first."""
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return np.array([(scores[part].mean(), labels[part].mean(), len(part)) for part in parts])


def calibration_noise(scores: Floats, draws: int = 200) -> float:
    """The calibration error that 19 of 20 perfectly calibrated models would stay under."""
    generator = np.random.default_rng(SEED)
    errors = [
        calibration_error(scores, (generator.random(len(scores)) < scores).astype(float))
        for _ in range(draws)
    ]
    return float(np.quantile(errors, 0.95))


class Resamples:
    """Bootstrap weights of users: a user's rows come and go together, alike in every figure."""

    def __init__(self, users: npt.NDArray[np.object_], draws: int = RESAMPLES) -> None:
        names, self._user_of_row = np.unique(users.astype(str), return_inverse=True)
        self._n_users = len(names)
        self._draws = draws
        self._known: dict[tuple[Metric, bytes], Floats] = {}

    def _drawn(self) -> Iterator[npt.NDArray[np.uint8]]:
        """How often each user is in a resample; 255 times is out of reach."""
        generator, n_users = np.random.default_rng(SEED), self._n_users
        for _ in range(self._draws):
            drawn = np.bincount(generator.integers(n_users, size=n_users), minlength=n_users)
            yield drawn.astype(np.uint8)

    @cached_property
    def _kept(self) -> list[npt.NDArray[np.uint8]]:
        return list(self._drawn())

    def _weights(self) -> Iterator[Floats]:
        at_once = max(1, _CELLS // len(self._user_of_row))
        # What is drawn once for all figures has a limit: a large network draws the same anew.
        drawn = iter(self._kept if self._draws * self._n_users <= _KEPT else self._drawn())
        while batch := list(islice(drawn, at_once)):
            yield np.array(batch)[:, self._user_of_row].astype(np.float64)

    def distribution(self, metric: Metric, scores: Floats, labels: Floats) -> Floats:
        """The figure in every resample; the same resamples for whatever is asked.

        What was asked before, for an interval, is known when a difference asks it again.
        """
        asked = (metric, sha256(scores.tobytes() + labels.tobytes()).digest())
        if asked not in self._known:
            each = [metric(scores, labels, drawn) for drawn in self._weights()]
            self._known[asked] = np.concatenate(each)
        return self._known[asked]

    def interval(self, metric: Metric, scores: Floats, labels: Floats) -> Interval:
        """The figure with its interval."""
        return between(point(metric, scores, labels), self.distribution(metric, scores, labels))

    def difference(self, metric: Metric, ours: Floats, theirs: Floats, labels: Floats) -> Interval:
        """How much higher ours is than theirs, paired: both are seen on the same resamples."""
        drawn = self.distribution(metric, ours, labels) - self.distribution(metric, theirs, labels)
        return between(point(metric, ours, labels) - point(metric, theirs, labels), drawn)


def point(metric: Metric, scores: Floats, labels: Floats) -> float:
    """The figure on the rows as they are."""
    return float(metric(scores, labels, np.ones((1, len(scores))))[0])


def between(value: float, drawn: Floats) -> Interval:
    """The middle 95 of 100 draws around a figure."""
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return Interval(value, float(low), float(high))
