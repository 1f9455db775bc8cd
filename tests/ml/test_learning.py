from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import worlds
from sklearn.metrics import roc_auc_score

from ml import ledger
from ml.declaration import Score, load_all
from ml.learning import learn
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import Home


def _scores(home: Home) -> dict[str, Any]:
    (path,) = home.scores.glob("churn/as_of_date=*/*.parquet")
    return pq.read_table(path).to_pydict()


def test_the_first_model_is_promoted_and_scores_everyone_of_the_day(
    learned: Home, first: dict[str, Any]
) -> None:
    assert first["trained"] and first["promoted"]
    scores = _scores(learned)
    assert len(scores["entity_id"]) == 800
    assert all(0 <= one <= 1 for one in scores["score"])
    assert all(len(reasons) == 3 for reasons in scores["reasons"])
    assert set(scores["band"]) <= {"high", "medium", "low"}
    assert set(scores["model_version"]) == {first["model_version"]}


def test_the_planted_effect_is_found(learned: Home, first: dict[str, Any]) -> None:
    columns = worlds.make_frame(worlds.weeks(24))
    today = columns["as_of_date"] == np.datetime64(worlds.AS_OF)
    truth = dict(zip(columns["user_id"][today], columns["truth"][today], strict=True))
    scores = _scores(learned)
    said = np.array(scores["score"])
    meant = np.array([truth[one] for one in scores["entity_id"]])
    assert np.corrcoef(said, meant)[0, 1] > 0.9
    assert abs(said.mean() - meant.mean()) < 0.04


def test_the_model_is_within_two_points_of_the_truth_and_ahead_of_the_baseline(
    first: dict[str, Any],
) -> None:
    columns = worlds.make_frame(worlds.weeks(24))
    day = np.datetime64(worlds.AS_OF - timedelta(days=28))
    judged = columns["as_of_date"] == day
    best = roc_auc_score(columns[worlds.LABEL][judged], columns["truth"][judged])
    assert first["auc"] > best - 0.02
    assert first["auc"] > first["baseline_auc"]


def test_learning_the_same_day_again_trains_nothing(learned: Home) -> None:
    before = _scores(learned)
    again = learn(learned, worlds.NETWORK, "churn", worlds.AS_OF)
    assert not again["trained"]
    assert _scores(learned) == before


def test_a_frame_that_is_too_small_publishes_no_score_and_says_why(
    tmp_path: Path, declared: Callable[..., Score]
) -> None:
    declared(gates={"min_rows": 10**6, "min_positives": 50, "max_calibration_error": 0.06})
    home = Home(tmp_path / "small")
    worlds.write_frame(home, worlds.make_frame(worlds.weeks(24)))
    told = learn(home, worlds.NETWORK, "churn", worlds.AS_OF)
    assert not told["available"]
    assert "1000000" in told["reason"].replace(",", "").replace(" ", "")
    assert ledger.capabilities(home)["churn"].startswith("not available")
    assert not list(home.scores.glob("churn/**/*.parquet"))


def test_labels_of_days_after_as_of_do_not_change_what_is_learned(
    tmp_path: Path, declared: Callable[..., Score], first: dict[str, Any]
) -> None:
    declared()
    # given the same world, but with the labels of rows whose horizon is still open turned round
    columns = worlds.make_frame(worlds.weeks(24))
    open_rows = columns["as_of_date"] > np.datetime64(worlds.AS_OF - timedelta(days=28))
    columns[worlds.LABEL][open_rows] = 1.0
    home = Home(tmp_path / "leak")
    worlds.write_frame(home, columns)
    # then the model makes the same scores
    told = learn(home, worlds.NETWORK, "churn", worlds.AS_OF)
    assert told["auc"] == pytest.approx(first["auc"])


def test_a_feature_that_looks_ahead_is_refused(declared: Callable[..., Score]) -> None:
    with pytest.raises(TownsquareError, match="looks ahead"):
        declared(features=[*worlds.FEATURES, "n_posts_next_28d"])


@pytest.mark.parametrize("score", load_all(Network()), ids=lambda one: one.name)
def test_every_declared_score_has_its_frame(score: Score) -> None:
    from townsquare.settings import DBT_PROJECT

    for suffix in (".sql", ".yml"):
        assert (DBT_PROJECT / "models" / "frames" / f"{score.frame}{suffix}").exists()
    assert score.horizon_days == 28


def test_there_are_scores() -> None:
    assert {score.name for score in load_all(Network())} >= {"churn", "conversion"}
