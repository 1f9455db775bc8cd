"""Intervals hold as often as they say, and what a term does not support is not forecast."""

import numpy as np

from ml.trends._episodes import find_onsets, half_lives
from ml.trends._expecting import expect
from ml.trends._forecasting import forecast


def _network(days: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    exposure = rng.poisson(500, days).astype(float)
    rates = np.concatenate([rng.uniform(0.004, 0.05, 60), np.full(20, 0.0001)])
    return rng.poisson(exposure[:, None] * rates * rng.gamma(8, 1 / 8, (days, 80))), exposure


def test_eighty_per_cent_of_intervals_hold() -> None:
    observed, exposure = _network(240)
    held = []
    for origin in range(110, 233, 7):
        known = observed[:origin].astype(float)
        told = forecast(known, expect(known, exposure[:origin], np.arange(origin) % 7, 1))
        assert told is not None
        came = observed[origin : origin + 7].sum(axis=0)
        at = ~np.isnan(told.total)
        assert at[60:].sum() <= 2
        held.append(((came >= told.lower) & (came <= told.upper))[at].mean())
    assert 0.75 < np.mean(held) < 0.85
    assert abs(told.measured_coverage - 0.8) < 0.08


def test_a_young_network_is_not_forecast() -> None:
    observed, exposure = _network(10)
    known = observed.astype(float)
    assert forecast(known, expect(known, exposure, np.arange(10) % 7, 1)) is None


def test_a_trend_keeps_its_onset_over_a_short_pause_and_shows_how_it_fades() -> None:
    trending = np.zeros((20, 1), dtype=bool)
    trending[[3, 4, 6, 7, 15], 0] = True
    onset = find_onsets(trending)[:, 0]
    assert onset[[3, 4, 6, 7, 15]].tolist() == [3, 3, 3, 3, 15]
    assert onset[5] == -1
    excess = 64.0 * 0.5 ** (np.arange(20) / 1.5)[:, None]
    fading = half_lives(excess, np.where(np.arange(20) < 8, 0, -1)[:, None], 1)[:, 0]
    assert np.isnan(fading[0])
    assert 1.5 < fading[7] < fading[1] <= 3.0
