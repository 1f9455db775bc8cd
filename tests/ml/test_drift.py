import numpy as np

from ml.drift import FALSE_ALARMS, compare
from ml.frames import Frame


def frame(values: np.ndarray) -> Frame:
    rows, columns = values.shape
    return Frame(
        np.array([f"u{number}" for number in range(rows)], dtype=object),
        np.full(rows, np.datetime64("2025-01-01")),
        np.full(rows, np.nan),
        values,
        tuple(f"f{number}" for number in range(columns)),
    )


def test_without_drift_alarms_are_as_rare_as_is_said_though_users_stay_the_same() -> None:
    alarms = 0
    for seed in range(120):
        generator = np.random.default_rng(seed)
        users = generator.normal(size=(600, 5))  # what a user is like, then and now
        then = frame(users + 0.3 * generator.normal(size=users.shape))
        now = frame(users + 0.3 * generator.normal(size=users.shape))
        alarms += any(found.is_drifted for found in compare(then, now, {}))
    assert alarms <= 120 * FALSE_ALARMS + 3 * np.sqrt(120 * FALSE_ALARMS)


def test_a_planted_shift_is_found_and_named() -> None:
    generator = np.random.default_rng(1)
    then, now = generator.normal(size=(2000, 4)), generator.normal(size=(2000, 4))
    now[:, 2] += 0.3
    scores = (generator.random(2000), generator.random(2000))
    found = {
        one.quantity: one.is_drifted for one in compare(frame(then), frame(now), {"s": scores})
    }
    assert found == {"f0": False, "f1": False, "f2": True, "f3": False, "s": False}


def test_a_value_that_went_missing_is_drift() -> None:
    generator = np.random.default_rng(2)
    then, now = generator.normal(size=(2000, 1)), generator.normal(size=(2000, 1))
    now[::4] = np.nan
    assert compare(frame(then), frame(now), {})[0].is_drifted


def test_an_empty_day_is_compared_with_nothing() -> None:
    assert compare(frame(np.empty((0, 2))), frame(np.ones((5, 2))), {}) == []
