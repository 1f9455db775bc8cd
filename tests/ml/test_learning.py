import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import worlds
from limits import files_no_larger_than

from ml import daily, ledger, registry
from ml.declaration import Score
from ml.learning import learn
from ml.scoring import SCHEMA, partition
from townsquare.errors import TownsquareError
from townsquare.settings import Home

NEXT_DAY = worlds.AS_OF + timedelta(days=1)
NEXT_WEEK = worlds.AS_OF + timedelta(days=7)


def scores_of(home: Home, score: Score, day: Any = worlds.AS_OF) -> list[dict[str, Any]]:
    return pq.read_table(partition(home, score, day), partitioning=None).to_pylist()


def grown(home: Home, **changes: Any) -> None:
    """The frame as it is a day and a week later, with some columns changed."""
    dates = [*worlds.weeks(24), NEXT_DAY, NEXT_WEEK]
    worlds.write_frame(home, {**worlds.make_frame(dates, as_of=NEXT_WEEK), **changes})


def test_the_first_model_that_passes_its_gates_is_promoted_and_scores_the_day(
    learned: Home, first: dict[str, Any], score: Score
) -> None:
    assert first["trained"] and first["promoted"] and first["available"]
    assert first["auc_interval"][0] < first["auc"] < first["auc_interval"][1]
    assert first["baseline_auc"] < first["auc"]
    assert first["rows_scored"] == first["n_test"] == 800
    assert json.dumps(first)  # a task hands it on as JSON
    rows = scores_of(learned, score)
    assert pq.read_schema(partition(learned, score, worlds.AS_OF)).equals(SCHEMA)
    assert [row["entity_id"] for row in rows] == sorted(row["entity_id"] for row in rows)
    assert {row["model_version"] for row in rows} == {first["model_version"]}
    assert {row["expires_at"].date() for row in rows} == {worlds.AS_OF + timedelta(days=14)}
    assert all(len(row["reasons"]) == 3 for row in rows)
    assert ledger.capabilities(learned) == {"churn": "available"}


def test_bands_follow_the_declared_probabilities(learned: Home, score: Score) -> None:
    rows = scores_of(learned, score)
    bands = {
        "high" if row["score"] >= 0.6 else "medium" if row["score"] >= 0.3 else "low": row["band"]
        for row in rows
    }
    assert bands == {"high": "high", "medium": "medium", "low": "low"}


def test_scores_are_near_the_probabilities_that_were_planted(learned: Home, score: Score) -> None:
    columns = worlds.make_frame(worlds.weeks(24))
    today = columns["as_of_date"] == np.datetime64(worlds.AS_OF)
    truth = dict(zip(columns["user_id"][today], columns["truth"][today], strict=True))
    rows = scores_of(learned, score)
    error = [abs(row["score"] - truth[row["entity_id"]]) for row in rows]
    assert np.mean(error) < 0.05


def test_the_next_day_is_scored_without_training_and_without_mlflow(
    learned: Home, first: dict[str, Any], score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(learned)
    monkeypatch.setitem(__import__("sys").modules, "mlflow.tracking", None)  # an import would fail
    summary = learn(learned, worlds.NETWORK, "churn", NEXT_DAY)
    assert not summary["trained"]
    assert summary["model_version"] == first["model_version"]
    assert len(scores_of(learned, score, NEXT_DAY)) == 800


def test_a_full_disk_stops_scoring_and_with_room_the_cleared_task_scores_the_day(
    learned: Home, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(learned)
    monkeypatch.setattr(daily, "read_network", lambda home: worlds.NETWORK)
    monkeypatch.setattr(daily, "load_all", lambda network: [score])
    before = partition(learned, score, worlds.AS_OF).read_bytes()
    with (
        files_no_larger_than(2_000),
        pytest.raises(TownsquareError, match="is full .* make room"),
    ):
        daily.learn_all(learned, NEXT_DAY.isoformat())
    assert not partition(learned, score, NEXT_DAY).exists()
    assert partition(learned, score, worlds.AS_OF).read_bytes() == before
    daily.learn_all(learned, NEXT_DAY.isoformat())
    assert len(scores_of(learned, score, NEXT_DAY)) == 800


def test_a_full_disk_stops_training_and_leaves_no_version_behind(
    learned: Home, first: dict[str, Any], score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(learned)
    monkeypatch.setattr(daily, "read_network", lambda home: worlds.NETWORK)
    monkeypatch.setattr(daily, "load_all", lambda network: [score])
    monkeypatch.setattr(daily.warehouse, "built_as_of", lambda home: NEXT_WEEK)
    with (
        files_no_larger_than(20_000),
        pytest.raises(TownsquareError, match="is full .* make room"),
    ):
        daily.train_all(learned, ["churn"])
    versions = ledger.read(learned, "model_versions")
    assert [one["model_version"] for one in versions] == [first["model_version"]]
    (told,) = daily.train_all(learned, ["churn"])
    assert told["trained"] and told["available"]


def test_learning_a_day_twice_gives_the_same_bytes(learned: Home, score: Score) -> None:
    before = partition(learned, score, worlds.AS_OF).read_bytes()
    promotions = ledger.read(learned, "promotions")
    summary = learn(learned, worlds.NETWORK, "churn", worlds.AS_OF, force=True)
    assert not summary["trained"]
    assert "before" in summary["reason"]
    assert partition(learned, score, worlds.AS_OF).read_bytes() == before
    assert ledger.read(learned, "promotions") == promotions


def test_a_challenger_that_is_no_better_leaves_the_champion_and_is_on_record(
    learned: Home, first: dict[str, Any]
) -> None:
    grown(learned)
    summary = learn(learned, worlds.NETWORK, "churn", NEXT_WEEK)
    assert (summary["trained"], summary["promoted"]) == (True, False)
    assert summary["model_version"] == first["model_version"]
    assert "does not exclude zero" in summary["reason"]
    decided = ledger.read(learned, "promotions")
    assert [row["decision"] for row in decided] == ["promoted", "kept"]
    assert json.loads(decided[1]["metrics"])["auc"] > 0.7
    assert all(row["data_version"] and row["code_version"] for row in decided)
    assert len(ledger.read(learned, "model_versions")) == 2


def test_a_challenger_that_wins_replaces_the_champion(
    empty_store: Home, declared: Callable[..., Score]
) -> None:
    home = empty_store
    # given a champion that was never shown a feature that matters
    blind = ["days_since_last_activity", "share_replies_28d", "is_premium"]
    gates = {**worlds.DECLARED["gates"], "max_calibration_error": 0.2}
    declared(features=blind, segments=None, gates=gates)
    worlds.write_frame(home, worlds.make_frame(worlds.weeks(24)))
    before = learn(home, worlds.NETWORK, "churn", worlds.AS_OF)
    assert before["promoted"]
    # when the declaration gets it, and only the declaration changes
    declared()
    after = learn(home, worlds.NETWORK, "churn", worlds.AS_OF)
    # then training is due at once, and the interval of the gain excludes zero
    assert after["due"] == "the declaration changed"
    assert after["promoted"] and after["over_champion"]["low"] > 0
    assert after["model_version"] != before["model_version"]


def test_a_model_that_does_not_pass_its_gates_is_not_published_and_the_run_goes_on(
    empty_store: Home, declared: Callable[..., Score]
) -> None:
    score = declared(gates={**worlds.DECLARED["gates"], "min_lift": 9})
    worlds.write_frame(empty_store, worlds.make_frame(worlds.weeks(24)))
    summary = learn(empty_store, worlds.NETWORK, "churn", worlds.AS_OF)
    assert not summary["available"] and not summary["promoted"]
    assert "its lift" in summary["reason"] and "below 9" in summary["reason"]
    assert not partition(empty_store, score, worlds.AS_OF).exists()
    assert ledger.capabilities(empty_store)["churn"].startswith("not available: refused: its lift")


def test_the_reason_stays_on_days_on_which_no_training_is_due(
    empty_store: Home, declared: Callable[..., Score]
) -> None:
    declared(gates={**worlds.DECLARED["gates"], "min_lift": 9})
    worlds.write_frame(empty_store, worlds.make_frame([*worlds.weeks(24), NEXT_DAY]))
    refused = learn(empty_store, worlds.NETWORK, "churn", worlds.AS_OF)
    following = learn(empty_store, worlds.NETWORK, "churn", NEXT_DAY)
    assert not following["due"]
    assert following["reason"].startswith("refused: its lift")
    assert following["reason"].removeprefix("refused: ") in refused["reason"]


def test_a_history_too_short_is_said_plainly_and_nothing_is_published(
    tmp_path: Path, declared: Callable[..., Score]
) -> None:
    score, home = declared(), Home(tmp_path / "short")
    worlds.write_frame(home, worlds.make_frame(worlds.weeks(10)))
    summary = learn(home, worlds.NETWORK, "churn", worlds.AS_OF)
    assert (summary["available"], summary["trained"], summary["rows_scored"]) == (False, False, 0)
    assert "84 days before 2025-06-30" in summary["reason"]
    assert "63 days before it" in summary["reason"]
    assert not partition(home, score, worlds.AS_OF).exists()
    assert ledger.capabilities(home)["churn"] == f"not available: {summary['reason']}"


def test_a_day_without_anybody_to_score_withdraws_what_was_published(
    learned: Home, score: Score
) -> None:
    columns = worlds.make_frame(worlds.weeks(24))
    kept = columns["as_of_date"] < np.datetime64(worlds.AS_OF)
    worlds.write_frame(learned, {name: column[kept] for name, column in columns.items()})
    summary = learn(learned, worlds.NETWORK, "churn", worlds.AS_OF)
    assert summary["reason"] == "frame_churn has no row as of 2025-06-30"
    assert not partition(learned, score, worlds.AS_OF).exists()


def test_a_past_day_is_not_scored_by_a_model_that_knows_its_future(
    learned: Home, score: Score
) -> None:
    past = worlds.AS_OF - timedelta(days=21)
    assert registry.champion(learned, score, past) is None
    summary = learn(learned, worlds.NETWORK, "churn", past)
    assert summary["trained"]
    assert registry.champion(learned, score, worlds.AS_OF).as_of == worlds.AS_OF
    assert {row["model_version"] for row in scores_of(learned, score, past)} == {
        registry.champion(learned, score, past).name
    }


def test_drift_of_features_and_scores_is_written_beside_the_models(learned: Home) -> None:
    kept = ledger.read(learned, "drift")
    assert {row["quantity"] for row in kept} == {*worlds.FEATURES, "score"}
    idle = worlds.make_frame([*worlds.weeks(24), NEXT_DAY, NEXT_WEEK])["days_since_last_activity"]
    grown(learned, days_since_last_activity=np.where(np.arange(26 * 800) < 24 * 800, idle, 3.0))
    summary = learn(learned, worlds.NETWORK, "churn", NEXT_DAY)
    assert "days_since_last_activity" in summary["drifted"]
    assert len(ledger.read(learned, "drift")) == 2 * len(kept)
