"""Forecasts of the next seven days, with intervals taken from how wrong past forecasts were."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.trends._episodes import TYPICAL_HALF_LIFE
from ml.trends._expecting import Expected

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HORIZON_DAYS, CALIBRATION_DAYS, MEASURED_DAYS = 7, 56, 28
COVERAGE = 0.8
FEWEST = 5.0  # expected in the week: below it a count has too few values to cover 80 %
FEWEST_ERRORS, FEWEST_DAYS = 100, 28
GROUPS = 4  # of forecasts by size, each with errors of its own


@dataclass(frozen=True)
class Forecasts:
    """For each term the sum of the coming seven days; nan where it is not forecast."""

    total: Floats
    lower: Floats
    upper: Floats
    measured_coverage: float  # of the last four weeks' forecasts, each with what was known then
    n_measured: int


def forecast(observed: Floats, expected: Expected) -> Forecasts | None:
    """
    Forecast from the last of the days (rows); None where the past is too short to know errors.

    Split conformal intervals (Vovk et al., 2005): the errors of the forecasts made on each of the
    last 56 days whose seven days are over, in units of the count's own spread.
    """
    if len(observed) < FEWEST_DAYS:
        return None
    total, spread = _point(observed, expected)
    origins = len(observed) - HORIZON_DAYS
    actual = np.full_like(total, np.nan)
    sums = np.cumsum(np.vstack([np.zeros(observed.shape[1]), observed]), axis=0)
    actual[:origins] = sums[HORIZON_DAYS + 1 :] - sums[1 : origins + 1]
    told = total >= FEWEST
    error = np.where(told, (actual - total) / spread, np.nan)
    last = _interval(total, spread, error, len(observed) - 1)
    if last is None:
        return None
    held, judged = 0, 0
    for origin in range(max(origins - MEASURED_DAYS, 0), origins):
        bounds = _interval(total, spread, error, origin)
        if bounds is not None:
            at = told[origin]
            inside = (actual[origin] >= bounds[0]) & (actual[origin] <= bounds[1])
            held, judged = held + int(inside[at].sum()), judged + int(at.sum())
    known = told[-1]
    point, lower, upper = (np.where(known, each, np.nan) for each in (total[-1], *last))
    return Forecasts(point, lower, upper, held / judged if judged else np.nan, judged)


def _point(observed: Floats, expected: Expected) -> tuple[Floats, Floats]:
    """From the end of each day: the expected of the last week, and what a trend has yet to add."""
    zeros = np.zeros((HORIZON_DAYS, observed.shape[1]))
    level = np.cumsum(np.vstack([zeros, expected.mean]), axis=0)
    week = level[HORIZON_DAYS:] - level[:-HORIZON_DAYS]
    surge = np.maximum(observed - expected.mean - 2.0 * expected.spread(), 0.0)
    left = float((0.5 ** (np.arange(1, HORIZON_DAYS + 1) / TYPICAL_HALF_LIFE)).sum())
    total = week + left * surge
    return total, np.sqrt(total + total**2 / expected.size)


def _interval(
    total: Floats, spread: Floats, error: Floats, origin: int
) -> tuple[Floats, Floats] | None:
    """Bounds for the forecasts of one day, from errors that were known on it."""
    known = slice(max(origin - HORIZON_DAYS - CALIBRATION_DAYS + 1, 0), origin - HORIZON_DAYS + 1)
    errors, sizes = error[known].ravel(), total[known].ravel()
    errors, sizes = errors[~np.isnan(errors)], sizes[~np.isnan(errors)]
    if len(errors) < FEWEST_ERRORS:
        return None
    edges = np.quantile(sizes, np.arange(1, GROUPS) / GROUPS)
    group, own = np.searchsorted(edges, sizes), np.searchsorted(edges, total[origin])
    outside = (1.0 - COVERAGE) / 2.0
    levels = [outside, 1.0 - outside]
    bounds = np.array(
        [
            np.quantile(errors[group == each] if (group == each).any() else errors, levels)
            for each in range(GROUPS)
        ]
    )
    lower = np.maximum(np.round(total[origin] + bounds[own, 0] * spread[origin]), 0.0)
    return lower, np.round(total[origin] + bounds[own, 1] * spread[origin])
