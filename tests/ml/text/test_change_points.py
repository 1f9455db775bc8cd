import numpy as np

from ml.text.change_points import changes, threshold


def test_a_series_without_change_raises_no_more_false_alarms_than_declared() -> None:
    rng = np.random.default_rng(3)
    alarms = [bool(changes(rng.normal(size=150), np.ones(150), 0.05)) for _ in range(400)]
    assert 0 < np.mean(alarms) < 0.08


def test_a_change_is_found_within_two_days_with_its_size() -> None:
    rng, near = np.random.default_rng(4), []
    for day in range(20, 140):
        series = rng.normal(size=160)
        series[day:] += 2.5
        found = changes(series, np.ones(160), 0.01)
        near.append(
            any(abs(one.position - day) <= 2 and abs(one.change - 2.5) < 1 for one in found)
        )
    assert np.mean(near) >= 0.9


def test_two_changes_are_told_apart_and_days_without_value_are_passed_over() -> None:
    series = np.repeat([0.0, 3.0, -1.0], 40) + np.random.default_rng(5).normal(size=120)
    variances = np.ones(120)
    series[::7], variances[::7] = np.nan, np.inf
    positions = [one.position for one in changes(series, variances, 0.01)]
    assert len(positions) == 2
    assert abs(positions[0] - 40) <= 2 and abs(positions[1] - 80) <= 2


def test_uncertain_days_weigh_less() -> None:
    series = np.concatenate([np.zeros(50), [40.0] * 3, np.zeros(50)])
    certain, doubtful = np.ones(103), np.ones(103)
    doubtful[50:53] = 1e4
    assert changes(series, certain, 0.01)
    assert not changes(series, doubtful, 0.01)


def test_the_threshold_rises_with_length_and_caution_and_short_series_have_no_change() -> None:
    assert threshold(400, 0.01) > threshold(60, 0.01) > threshold(60, 0.2)
    assert changes(np.arange(5.0) * 100, np.ones(5), 0.01) == []
