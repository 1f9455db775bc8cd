"""The volume band: how often it cries wolf, and what it sees."""

from datetime import date

import numpy as np

from townsquare.quality._suites import Volume
from townsquare.quality._volume import Floats, _band

DECLARED = Volume(expect="volume")
WEEKLY = np.array([1.0, 1.1, 1.2, 1.1, 1.0, 0.6, 0.5])


def network(seed: int, mean: float, days: int = 400) -> Floats:
    """Counts with a weekly rhythm, slow growth, and more noise than chance alone gives."""
    chance = np.random.default_rng(seed)
    level = mean * np.exp(np.linspace(0, 1, days)) * np.tile(WEEKLY, days // 7 + 1)[:days]
    return chance.poisson(level * chance.lognormal(0, 0.08, days)).astype(float)


def strain(values: Floats, place: int, times: float = 1.0) -> float:
    changed = values.copy()
    changed[place] = np.floor(changed[place] * times)
    band = _band(changed, place, date(2025, 1, 1), DECLARED, is_newest=True)
    assert band is not None
    assert (band.lowest <= band.seen <= band.highest) == (abs(band.strain) <= 1 or times == 1.0)
    return band.strain


def test_false_alarms_are_rarer_than_one_in_three_hundred_days() -> None:
    strains = [
        strain(network(seed, mean), place)
        for seed, mean in ((1, 30.0), (2, 300.0), (3, 3000.0))
        for place in range(70, 400)
    ]
    assert sum(abs(one) > 1 for one in strains) <= len(strains) / 300


def test_a_day_that_is_half_missing_or_doubled_is_seen_on_a_network_of_some_size() -> None:
    values = network(4, 1000.0)
    places = range(100, 400, 7)
    assert np.mean([strain(values, place, 0.5) < -1 for place in places]) > 0.95
    assert np.mean([strain(values, place, 2.0) > 1 for place in places]) > 0.95


def test_an_empty_day_is_seen_even_on_a_small_network() -> None:
    values = network(5, 30.0)
    assert all(strain(values, place, 0.0) < -1 for place in range(100, 400, 7))


def test_the_first_weeks_are_not_judged() -> None:
    values = network(6, 100.0)
    assert _band(values, 34, date(2025, 1, 1), DECLARED, is_newest=True) is None
    assert _band(values, 35, date(2025, 1, 1), DECLARED, is_newest=True) is not None
