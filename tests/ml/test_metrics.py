import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ml.metrics import (
    Resamples,
    auc,
    average_precision,
    brier,
    calibration_error,
    calibration_noise,
    lift,
    point,
)

GENERATOR = np.random.default_rng(3)
SCORES = np.round(GENERATOR.random(2000), 2)  # rounded, so that there are ties
LABELS = (GENERATOR.random(2000) < SCORES).astype(float)


def test_figures_equal_those_of_scikit_learn_ties_included() -> None:
    assert point(auc, SCORES, LABELS) == pytest.approx(roc_auc_score(LABELS, SCORES))
    found = point(average_precision, SCORES, LABELS)
    assert found == pytest.approx(average_precision_score(LABELS, SCORES))
    assert point(brier, SCORES, LABELS) == pytest.approx(brier_score_loss(LABELS, SCORES))


def test_a_weight_of_two_is_a_row_repeated() -> None:
    weights = np.where(np.arange(2000) < 700, 2.0, 1.0)
    rows = np.repeat(np.arange(2000), weights.astype(int))
    for metric in (auc, average_precision, brier, lift):
        weighted = metric(SCORES, LABELS, weights[None, :])[0]
        assert weighted == pytest.approx(point(metric, SCORES[rows], LABELS[rows]), rel=1e-6)


def test_lift_of_a_perfect_order_is_ten_where_a_tenth_happened() -> None:
    labels = (np.arange(1000) < 100).astype(float)
    assert point(lift, labels + 0.0, labels) == pytest.approx(10)
    assert point(lift, np.linspace(0, 1, 1000), labels) == 0


def test_lift_shares_a_tie_whatever_the_order_of_rows() -> None:
    labels = (np.arange(1000) < 100).astype(float)
    for ordered in (labels, labels[::-1]):
        assert point(lift, np.full(1000, 0.5), ordered) == pytest.approx(1)


def test_resamples_that_are_drawn_anew_are_those_that_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    users = np.array([f"u{n % 700}" for n in range(2000)], dtype=object)
    kept = Resamples(users, 20).distribution(auc, SCORES, LABELS)
    monkeypatch.setattr("ml.metrics._KEPT", 0)
    assert Resamples(users, 20).distribution(auc, SCORES, LABELS).tolist() == kept.tolist()


def test_calibration_error_sees_a_shift_and_forgives_noise() -> None:
    truth = GENERATOR.random(20_000)
    labels = (GENERATOR.random(20_000) < truth).astype(float)
    assert calibration_error(truth, labels) < calibration_noise(truth) * 1.5
    assert calibration_error(np.clip(truth + 0.1, 0, 1), labels) > 0.08


def test_a_pair_of_equal_models_differs_by_exactly_nothing() -> None:
    users = np.array([f"u{n}" for n in range(2000)], dtype=object)
    found = Resamples(users).difference(auc, SCORES, SCORES * 0.5, LABELS)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_repeating_a_users_rows_does_not_make_the_interval_narrower() -> None:
    users = np.array([f"u{n}" for n in range(400)], dtype=object)
    once = Resamples(users).interval(auc, SCORES[:400], LABELS[:400])
    five = Resamples(np.tile(users, 5)).interval(
        auc, np.tile(SCORES[:400], 5), np.tile(LABELS[:400], 5)
    )
    assert five.high - five.low == pytest.approx(once.high - once.low, rel=0.05)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        scores, labels = generator.normal(size=300), np.arange(300) % 2.0
        users = np.arange(300).astype(object)
        found = Resamples(users, draws=200).interval(auc, scores + labels, labels)
        held += found.low <= 0.7602 <= found.high  # the AUC of two normals one deviation apart
    assert 52 <= held <= 60
