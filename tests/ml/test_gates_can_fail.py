"""Every gate that a score declares is seen to keep a model from being published."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import worlds

from ml.declaration import BinaryGates, Score
from ml.evaluation import Judgement, judge
from ml.frames import read_frame
from ml.gates import failed_gates
from ml.learning import learn
from ml.metrics import Interval
from ml.splitting import split
from ml.training import train
from townsquare.settings import Home

GATES = sorted(BinaryGates.model_fields)


def unreachable(gate: str) -> float:
    """A value of this gate that no model of the small world comes up to."""
    return 10**6 if gate.startswith("min_") else 1e-6


def test_there_are_gates() -> None:
    assert len(GATES) >= 4


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_that_a_model_cannot_pass_keeps_it_from_being_published(
    gate: str, empty_store: Home, declared: Callable[..., Score]
) -> None:
    gates = {"min_rows": 500, "min_positives": 50, "max_calibration_error": 0.2}
    declared(gates={**gates, gate: unreachable(gate)})
    worlds.write_frame(empty_store, worlds.make_frame(worlds.weeks(24), users=300))
    summary = learn(empty_store, worlds.NETWORK, "churn", worlds.AS_OF)
    assert not summary["available"]
    assert summary["reason"]
    assert not list(empty_store.scores.glob("churn/**/*.parquet"))


@pytest.fixture
def judgement(learned: Home, score: Score) -> Judgement:
    """What was found about the first model of the small world."""
    frame = read_frame(learned, score, worlds.AS_OF)
    parts = split(frame.outcomes(), worlds.AS_OF, score.horizon_days, score.split, 50)
    return judge(score, train(score, frame, parts), frame, parts).judgement


def test_a_model_no_better_than_the_best_single_feature_is_refused(
    judgement: Judgement, score: Score
) -> None:
    assert failed_gates(score, judgement) == []
    no_better = replace(judgement, over_baseline=Interval(0.001, -0.01, 0.02))
    (said,) = failed_gates(score, no_better)
    assert "does not beat the best single feature" in said
