"""Turns a model's raw log-odds into probabilities that come true, by the plainest map that fits."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Method = Literal["as_is", "platt", "beta"]

_EDGE = 1e-6  # probabilities stay inside (0, 1)
_PAIRS = 6  # dates a horizon apart, to measure persistence on
_UNKNOWN = 0.5  # its value where there are fewer


@dataclass(frozen=True)
class Calibration:
    """
    A monotone map: intercept + slope_low * ln(p) - slope_high * ln(1 - p), as log-odds.

    Equal slopes are Platt's map, different ones the beta map. Isotonic regression is left out: its
    steps tie users whom the model tells apart, and it needs more rows to be as good.
    """

    method: Method
    intercept: float
    slope_low: float
    slope_high: float

    def apply(self, raw: Floats) -> Floats:
        """Calibrated probabilities of raw log-odds."""
        low, high = _logs(raw)
        odds = self.intercept + self.slope_low * low + self.slope_high * high
        return np.clip(1 / (1 + np.exp(-odds)), _EDGE, 1 - _EDGE)

    def levelled(self, raw: Floats, labels: Floats) -> "Calibration":
        """The same shape, at the level of newer rows: right on average over these."""
        odds = self.slope_low * _logs(raw)[0] + self.slope_high * _logs(raw)[1]
        return replace(self, intercept=_offset(odds, labels))

    def damped(self, strength: float) -> "Calibration":
        """As far from leaving the log-odds as they are as the strength, 0 to 1, says."""
        return replace(
            self,
            intercept=strength * self.intercept,
            slope_low=1 + strength * (self.slope_low - 1),
            slope_high=1 + strength * (self.slope_high - 1),
        )


AS_IS = Calibration("as_is", 0.0, 1.0, 1.0)


def calibrate(raw: Floats, labels: Floats) -> Calibration:
    """The map with the lowest Bayesian information criterion on rows that trained nothing."""
    low, high = _logs(raw)
    choices = [(AS_IS, 0)]
    platt = _fit(np.column_stack([low + high]), labels)
    if platt is not None and platt[1] > 0:
        choices.append((Calibration("platt", platt[0], platt[1], platt[1]), 2))
    beta = _fit(np.column_stack([low, high]), labels)
    if beta is not None and min(beta[1:]) > 0:
        choices.append((Calibration("beta", *beta), 3))

    def criterion(choice: tuple[Calibration, int]) -> float:
        probabilities = choice[0].apply(raw)
        happened = np.where(labels == 1, probabilities, 1 - probabilities)
        return float(choice[1] * np.log(len(labels)) - 2 * np.log(happened).sum())

    return min(choices, key=criterion)[0]


def persistence(raw: Floats, labels: Floats, days: Days, horizon_days: int) -> float:
    """
    How much of one date's deviation is still there a horizon later, from 0 to 1.

    A whole date runs high or low with the season, and a map fitted on one date would carry that
    into dates of another season. Seen on the dates trained on, which the model cannot tell apart.
    """
    dates, place = np.unique(days, return_inverse=True)
    offsets = np.array([_offset(raw[place == at], labels[place == at]) for at in range(len(dates))])
    later = np.searchsorted(dates, dates + np.timedelta64(horizon_days, "D"))
    pairs = later < len(dates)
    if pairs.sum() < _PAIRS:
        return _UNKNOWN
    before, after = offsets[pairs], offsets[later[pairs]]
    return float(np.clip((before @ after) / max(before @ before, _EDGE), 0, 1))


def _offset(raw: Floats, labels: Floats) -> float:
    """What must be added to the log-odds so that they are right on average."""
    added = 0.0
    for _ in range(20):
        chance = 1 / (1 + np.exp(-(raw + added)))
        added += float((labels - chance).sum() / max((chance * (1 - chance)).sum(), _EDGE))
    return float(np.clip(added, -3, 3))


def _logs(raw: Floats) -> tuple[Floats, Floats]:
    """ln(p) and -ln(1 - p) of log-odds, exact at both ends; their sum is the log-odds."""
    return -np.logaddexp(0, -raw), np.logaddexp(0, raw)


def _fit(columns: Floats, labels: Floats) -> tuple[float, ...] | None:
    """Unpenalised logistic regression by Newton's steps; None where they do not converge."""
    design = np.column_stack([np.ones(len(labels)), columns])
    weights = np.r_[0.0, np.ones(columns.shape[1])]
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -35, 35)))
        curvature = design.T @ (design * (chance * (1 - chance))[:, None])
        curvature += 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(curvature, design.T @ (labels - chance))
        weights = weights + step
        if not np.isfinite(weights).all() or np.abs(weights).max() > 1e3:
            return None
        if np.abs(step).max() < 1e-8:
            return tuple(float(weight) for weight in weights)
    return None
