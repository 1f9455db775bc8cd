"""How rare a count is among the peaks of its own past, for series of evenly spaced counts.

The level is the median of the trailing week, which holds every hour of the week once and does not
follow a surge. What rises above it, on the log scale, is held against the peaks of the last four
weeks: beyond their highest fiftieth a peak's tail is taken as exponential (peaks over threshold;
Balkema and de Haan 1974, Pickands 1975), which gives the probability of one as high. Single counts
and sums of three speak together. An event is told once: what is not rarer than something of the
last day is no news.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

PEAK_DAYS, NEWS_DAYS = 28, 1
_LEAST_MEAN_EXCESS = 0.05  # log scale: keeps a past without peaks from making every count rare


@dataclass(frozen=True)
class Settings:
    """What was chosen by trying; bench/quality_parts/_numenta.py tells what the choice is worth."""

    level_days: int = 7
    tail: float = 0.02  # the share of counts that are peaks
    scales: tuple[int, ...] = (1, 3)  # sums of so many points speak together


_USED = Settings()


def surprise(counts: Floats, per_day: int, settings: Settings = _USED) -> Floats:
    """
    Minus log10 of the probability of a peak as high, for each row of `counts` (rows x series).

    Uses nothing after a row. Zero where the count is no peak, or was outdone within the last day.
    Raises ValueError where there are fewer than one row per day or a negative count.
    """
    if per_day < 1 or (counts < 0).any():
        raise ValueError(f"per_day is {per_day} and the least count {counts.min()}; want 1 and 0")
    table = pd.DataFrame(counts)
    by_scale = [_excess(table, per_day, scale, settings) for scale in settings.scales]
    excess = np.mean(by_scale, axis=0)
    rarity = np.where(excess > 0, excess / np.log(10.0) - np.log10(settings.tail), 0.0)
    before = pd.DataFrame(rarity).rolling(NEWS_DAYS * per_day, min_periods=1).max().shift(1)
    return np.where(rarity > before.fillna(0.0).to_numpy(), rarity, 0.0)


def _excess(counts: pd.DataFrame, per_day: int, scale: int, settings: Settings) -> Floats:
    """How far above the threshold of peaks, in mean excesses of the peaks before."""
    logs = pd.DataFrame(np.log1p(counts.rolling(scale, min_periods=1).sum()))
    level = logs.rolling(settings.level_days * per_day, min_periods=20).median().shift(1)
    above = (logs - level).fillna(0.0)
    past = pd.DataFrame(above).rolling(PEAK_DAYS * per_day, min_periods=100)
    over: pd.DataFrame = above - past.quantile(1.0 - settings.tail).shift(1)
    peaks = over.where(over > 0.0)
    typical = peaks.rolling(PEAK_DAYS * per_day, min_periods=1).mean().shift(1)
    scaled: Floats = (over / (typical + _LEAST_MEAN_EXCESS)).fillna(0.0).to_numpy()
    return scaled
