import numpy as np

from ml.text.change_points import changes
from ml.text.standardising import Levels, levels
from ml.text.tokens import Floats

N_DAYS, N_AUTHORS = 90, 200


def drawn(rng: np.random.Generator, mood: Floats, takeover: bool) -> tuple[Levels, Floats]:
    """Authors of five groups with habits; in a takeover one group talks most for a month."""
    group = rng.integers(0, 5, N_AUTHORS)
    habit = np.linspace(-0.6, 0.6, 5)[group] + 0.3 * rng.normal(size=N_AUTHORS)
    days = np.repeat(np.arange(N_DAYS), rng.poisson(12, N_DAYS))
    loud = takeover & (days >= 40) & (days < 70)
    weight = np.where(group == 4, 8.0, 1.0)
    usual = rng.integers(0, N_AUTHORS, len(days))
    authors = np.where(loud, rng.choice(N_AUTHORS, len(days), p=weight / weight.sum()), usual)
    scores = mood[days] + habit[authors] + 0.7 * rng.normal(size=len(days))
    share = np.bincount(authors, minlength=N_AUTHORS)
    truth = mood + np.average(habit, weights=share)
    return levels(scores, days, authors, group[authors], N_DAYS), truth


def test_intervals_hold_the_true_mood_as_often_as_they_say() -> None:
    rng = np.random.default_rng(8)
    mood = 0.3 * np.sin(np.arange(N_DAYS) / 8)
    held = []
    for takeover in [False, True] * 12:
        found, truth = drawn(rng, mood, takeover)
        spoke = found.n > 0
        held.append(np.mean(np.abs(found.adjusted - truth)[spoke] <= found.half_width[spoke]))
    assert 0.91 < np.mean(held) < 0.98


def test_other_people_talking_is_no_change_of_mood() -> None:
    rng, raw, adjusted = np.random.default_rng(9), 0, 0
    for _ in range(15):
        found, _ = drawn(rng, np.zeros(N_DAYS), takeover=True)
        raw += bool(changes(found.raw, found.variance, 0.01))
        adjusted += bool(changes(found.adjusted, found.variance, 0.01))
    assert raw >= 13
    assert adjusted <= 2


def test_raw_is_adjusted_and_composition_and_silent_days_say_nothing() -> None:
    days, authors = np.array([0, 0, 2]), np.array([0, 1, 0])
    found = levels(np.array([1.0, 0.0, 0.5]), days, authors, authors, 4)
    assert np.allclose(found.raw[[0, 2]], [0.5, 0.5])
    assert np.allclose((found.adjusted + found.composition)[[0, 2]], found.raw[[0, 2]])
    assert np.isnan(found.adjusted[[1, 3]]).all() and np.isinf(found.variance[[1, 3]]).all()
    assert found.n_authors.tolist() == [2, 0, 1, 0]
