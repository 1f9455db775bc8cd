"""A rare peak is told once, from what was before it alone."""

import numpy as np
import pytest

from ml.trends._surprise import surprise


def _counts(days: int = 40, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(20.0, (days * 24, 2)).astype(float)


def test_a_surge_is_the_most_surprising_hour_and_is_told_once() -> None:
    counts = _counts()
    counts[800:806, 0] = 400.0
    told = surprise(counts, 24)
    assert told[:, 0].argmax() in range(800, 804)
    assert told[800:806, 0].max() > 3 * told[:790, 0].max()
    assert (told[804:824, 0] == 0).all()


def test_what_comes_later_changes_nothing_before() -> None:
    counts = _counts()
    whole, cut = surprise(counts, 24), surprise(counts[:700], 24)
    np.testing.assert_allclose(whole[:700], cut)


def test_a_series_is_judged_by_itself() -> None:
    counts = _counts()
    louder = counts.copy()
    louder[:, 1] *= 50
    np.testing.assert_allclose(surprise(counts, 24)[:, 0], surprise(louder, 24)[:, 0])


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="least count -1"):
        surprise(np.full((48, 1), -1.0), 24)
