"""Expectations come from the past; chances are uniform where nothing is up; false alarms few."""

import numpy as np

from ml.trends._expecting import discovery_rates, expect

DAYS, BUSY = 120, 90


def _quiet(seed: int = 3, terms: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    week = np.array([1.3, 1.2, 1.1, 1.0, 0.9, 0.6, 0.7])
    exposure = rng.poisson(400 * week[np.arange(DAYS) % 7]).astype(float)
    exposure[BUSY] *= 3
    rates = rng.gamma(1.0, 0.01, terms)
    noise = rng.gamma(10.0, 0.1, (DAYS, terms))
    return rng.poisson(exposure[:, None] * rates * noise).astype(float), exposure, rates


def test_expected_counts_sum_to_the_observed() -> None:
    observed, exposure, _ = _quiet()
    expected = expect(observed, exposure, np.arange(DAYS) % 7, 1)
    assert abs(expected.mean[40:].sum() / observed[40:].sum() - 1) < 0.05


def test_few_quiet_counts_pass_for_trends() -> None:
    observed, exposure, _ = _quiet()
    chance = expect(observed, exposure, np.arange(DAYS) % 7, 1).chance(observed)[40:]
    assert (chance < 0.01).mean() < 0.015
    rates = discovery_rates(chance, np.ones_like(chance, dtype=bool))
    assert ((rates <= 0.05).any(axis=1)).mean() < 0.15


def test_a_rise_is_found_and_a_busy_day_of_the_whole_network_is_none() -> None:
    observed, exposure, _ = _quiet()
    observed[100, 7] += 60
    chance = expect(observed, exposure, np.arange(DAYS) % 7, 1).chance(observed)
    rates = discovery_rates(chance, np.ones_like(chance, dtype=bool))
    assert rates[100, 7] < 0.001
    assert (rates[BUSY] <= 0.05).sum() <= 2


def test_the_future_changes_no_expectation() -> None:
    observed, exposure, _ = _quiet()
    whole = expect(observed[:, :1], exposure, np.arange(DAYS) % 7, 1)
    later = observed[:, :1].copy()
    later[80:] *= 9
    # The share that unseen terms start from comes from all rows, and fades within weeks.
    np.testing.assert_allclose(
        expect(later, exposure, np.arange(DAYS) % 7, 1).mean[60:80], whole.mean[60:80], rtol=0.1
    )


def test_rates_are_those_of_benjamini_and_hochberg() -> None:
    chance = np.array([[0.01, 0.04, 0.03, 0.5, 0.001]])
    tested = np.array([[True, True, True, True, False]])
    np.testing.assert_allclose(
        discovery_rates(chance, tested), [[0.04, 0.16 / 3, 0.16 / 3, 0.5, 1.0]]
    )
