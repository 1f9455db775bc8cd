"""What was to be expected of each term, learned row by row, and how far the count lies above it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LEVEL_DAYS = 21.0  # after so many days a count weighs 1/e
SEASON_PRIOR = 20.0  # expected counts that a term's own rhythm must outweigh
DISPERSION_PRIOR = 30.0
_CAP_SIGMAS = 3.0
_LEAST_DISPERSION = 0.02


@dataclass(frozen=True)
class Expected:
    """For each row and term: the mean, and the size of the negative binomial around it."""

    mean: Floats
    size: Floats

    def spread(self) -> Floats:
        """Its standard deviation."""
        deviation: Floats = np.sqrt(self.mean + self.mean**2 / self.size)
        return deviation

    def chance(self, observed: Floats) -> Floats:
        """The probability of a count as high as the observed one; 1 where nothing was seen."""
        seen = np.maximum(observed, 1.0)
        tail = betainc(seen, self.size, self.mean / (self.mean + self.size))
        return np.where(observed >= 1.0, tail, 1.0)


def expect(observed: Floats, exposure: Floats, season: Ints, per_day: int) -> Expected:
    """
    Each count's expectation from the rows before it.

    `observed` is rows x terms; `exposure` how many accounts were there in each row at all, so that
    a busy hour of the whole network is no trend; `season` the place of a row in its week. A term's
    level is a share of the exposure that forgets slowly and takes in no more of a surge than three
    deviations; its weekly rhythm is its own as far as it has shown one. The size joins what is not
    known of the level (gamma) with the dispersion beyond Poisson, pooled where a term tells little.
    """
    rows, terms = observed.shape
    keep = np.exp(-1.0 / (LEVEL_DAYS * per_day))
    share = observed.sum() / max(exposure.sum(), 1.0) / max(terms, 1)
    seen, base = np.full(terms, 0.5), np.full(terms, 0.5 / max(share, 1e-12))
    rhythm_seen = np.full((int(season.max()) + 1, terms), SEASON_PRIOR)
    rhythm_mean = rhythm_seen.copy()
    over, square = np.zeros(terms), np.zeros(terms)
    mean, size = np.empty((rows, terms)), np.empty((rows, terms))
    for row in range(rows):
        at = int(season[row])
        flat = seen / base * exposure[row]
        mean[row] = np.maximum(flat * rhythm_seen[at] / rhythm_mean[at], 1e-9)
        pooled = max(over.sum() / max(square.sum(), 1e-9), _LEAST_DISPERSION)
        dispersion = (over + DISPERSION_PRIOR * pooled) / (square + DISPERSION_PRIOR)
        size[row] = 1.0 / (1.0 / seen + np.maximum(dispersion, _LEAST_DISPERSION))
        spread = np.sqrt(mean[row] + mean[row] ** 2 / size[row])
        taken = np.minimum(observed[row], np.ceil(mean[row] + _CAP_SIGMAS * spread))
        over = keep * over + (taken - mean[row]) ** 2 - mean[row]
        square = keep * square + mean[row] ** 2
        seen, base = keep * seen + taken, keep * base + exposure[row]
        rhythm_seen[at] = keep**7 * rhythm_seen[at] + (1 - keep**7) * SEASON_PRIOR + taken
        rhythm_mean[at] = keep**7 * rhythm_mean[at] + (1 - keep**7) * SEASON_PRIOR + flat
    return Expected(mean, size)


def discovery_rates(chance: Floats, tested: Bools) -> Floats:
    """For each row its q-values (Benjamini and Hochberg, 1995) over what was tested in it."""
    rates = np.ones_like(chance)
    for row in range(len(chance)):
        at = np.flatnonzero(tested[row])
        if len(at):
            order = at[np.argsort(chance[row, at], kind="stable")]
            scaled = chance[row, order] * len(at) / np.arange(1, len(at) + 1)
            rates[row, order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return rates
