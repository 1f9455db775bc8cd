import numpy as np

from ml.calibration import AS_IS, calibrate, persistence
from ml.metrics import calibration_error

GENERATOR = np.random.default_rng(5)
RAW = GENERATOR.normal(size=20_000) * 1.5


def happened(odds: np.ndarray) -> np.ndarray:
    return (GENERATOR.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)


def test_odds_that_are_right_are_left_as_they_are() -> None:
    assert calibrate(RAW, happened(RAW)) == AS_IS


def test_an_overconfident_model_is_mended_out_of_sample() -> None:
    found = calibrate(RAW * 2 + 0.7, happened(RAW))
    assert found.method == "platt"
    assert calibration_error(AS_IS.apply(RAW * 2 + 0.7), happened(RAW)) > 0.08
    assert calibration_error(found.apply(RAW * 2 + 0.7), happened(RAW)) < 0.015


def test_the_map_never_changes_the_order() -> None:
    skewed = calibrate(np.exp(RAW) - 1, happened(RAW))
    assert (np.diff(skewed.apply(np.linspace(-8, 8, 500))) >= 0).all()


def test_damping_goes_from_nothing_to_the_whole_map() -> None:
    found = calibrate(RAW * 2, happened(RAW))
    assert np.allclose(found.damped(0).apply(RAW), AS_IS.apply(RAW))
    assert found.damped(1) == found


def test_levelling_makes_it_right_on_average_over_newer_rows() -> None:
    newer = happened(RAW + 0.8)
    levelled = AS_IS.levelled(RAW, newer)
    assert abs(levelled.apply(RAW).mean() - newer.mean()) < 1e-6


def test_persistence_tells_a_lasting_shift_from_a_passing_one() -> None:
    date = np.arange(20_000) // 334
    days = np.datetime64("2025-01-01") + date
    slow = np.sin(date / 30 * np.pi)  # a horizon of 2 days is short beside its period
    fast = np.where(date % 4 < 2, 0.8, -0.8)  # two days later it is the opposite
    assert persistence(RAW, happened(RAW + slow), days, 2) > 0.8
    assert persistence(RAW, happened(RAW + fast), days, 2) == 0
    assert persistence(RAW, happened(RAW), days, 300) == 0.5  # no two dates that far apart
