"""The score is Numenta's: values worked out by hand from its definition."""

import numpy as np
import pytest

from bench.nab import Labelled, gain, normalise, score, weigh_rows
from bench.quality_parts._numenta import held_out

SERIES = Labelled(rows=1000, windows=[(400, 499)])


def _at(*rows: int) -> np.ndarray:
    scores = np.zeros(1000)
    scores[list(rows)] = 1.0
    return scores


def test_a_detector_that_says_nothing_has_0_and_a_perfect_one_100() -> None:
    assert score([SERIES], [np.zeros(1000)])[0] == 0.0
    assert score([SERIES], [_at(400)])[0] == pytest.approx(100.0)


def test_a_hit_in_the_middle_earns_what_the_sigmoid_says() -> None:
    middle = (2 / (1 + np.exp(-5 * 50 / 100)) - 1) / (2 / (1 + np.exp(-5)) - 1)
    assert score([SERIES], [_at(450)])[0] == pytest.approx(100 * (middle + 1) / 2)


def test_only_the_best_hit_of_a_window_counts() -> None:
    assert score([SERIES], [_at(400, 450, 499)]) == score([SERIES], [_at(400)])


def test_a_false_alarm_costs_its_weight_and_less_just_after_a_window() -> None:
    assert score([SERIES], [_at(400, 200)])[0] == pytest.approx(100 * (2 - 0.11) / 2)
    worth, _ = weigh_rows(SERIES)
    assert worth[500] == pytest.approx(0.11 * (2 / (1 + np.exp(5 / 99)) - 1))
    assert worth[999] == pytest.approx(-0.11)


def test_alarms_in_probation_are_not_judged() -> None:
    assert SERIES.probation == 150
    assert score([SERIES], [_at(400, *range(150))])[0] == pytest.approx(100.0)


def test_one_threshold_serves_all_series() -> None:
    loud, soft = 5 * _at(400), _at(400)
    assert score([SERIES, SERIES], [loud, soft]) == (pytest.approx(100.0), 1.0)
    noisy = np.maximum(soft, _at(*range(200, 300)) * 2.0)
    assert score([SERIES, SERIES], [loud, noisy])[0] < 60.0


def test_a_threshold_from_elsewhere_earns_what_its_detections_earn() -> None:
    rng = np.random.default_rng(4)
    scores = rng.random(1000) + _at(430)
    best, threshold = score([SERIES], [scores])
    assert normalise(gain(SERIES, scores, threshold), 1) == pytest.approx(best)
    assert gain(SERIES, scores, 3.0) == -1.0
    assert gain(SERIES, scores, 0.0) < -50


def test_a_series_is_judged_by_what_was_best_on_the_others() -> None:
    right, wrong = _at(400), _at(200, 250)
    each_serves_one = {
        str(own): [right if at == own else wrong for at in range(3)] for own in range(3)
    }
    assert score([SERIES] * 3, each_serves_one["0"])[0] > 0
    strict, own_threshold = held_out([SERIES] * 3, each_serves_one)
    assert own_threshold == 0.0 and strict <= 0.0
    always = held_out([SERIES] * 3, {"right": [right] * 3, "wrong": [wrong] * 3})
    assert always == (pytest.approx(100.0), pytest.approx(100.0))
