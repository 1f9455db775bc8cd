from datetime import timedelta
from typing import Any

import pytest
import worlds

from ml import ledger, mlflow_store, registry
from ml.declaration import Score
from ml.learning import learn
from townsquare.errors import TownsquareError
from townsquare.settings import Home


def second_version(home: Home) -> str:
    """A challenger a week later that was not promoted; its version."""
    later = worlds.AS_OF + timedelta(days=7)
    dates = [*worlds.weeks(24), later]
    worlds.write_frame(home, worlds.make_frame(dates, as_of=later))
    learn(home, worlds.NETWORK, "churn", later)
    return str(ledger.read(home, "promotions")[-1]["model_version"])


def test_mlflow_holds_the_experiment_the_version_and_the_alias(
    learned: Home, first: dict[str, Any]
) -> None:
    client = mlflow_store._client(learned)
    version = client.get_model_version_by_alias("churn", "champion")
    assert version.tags["model_version"] == first["model_version"]
    run = client.get_run(version.run_id)
    assert run.data.metrics["auc"] == pytest.approx(first["auc"])
    assert run.data.params["label"] == worlds.LABEL
    # and the alias is read without MLflow as MLflow says it
    assert mlflow_store.aliased(learned, "churn") == first["model_version"]


def test_moving_the_alias_in_mlflow_moves_the_champion(learned: Home, score: Score) -> None:
    other = second_version(learned)
    client = mlflow_store._client(learned)
    number = mlflow_store._number(client, "churn", other)
    client.set_registered_model_alias("churn", "champion", number)
    later = worlds.AS_OF + timedelta(days=7)
    assert registry.champion(learned, score, later).name == other


def test_a_model_is_rolled_back_by_one_call_that_is_on_record(
    learned: Home, first: dict[str, Any]
) -> None:
    back = registry.roll_back(learned, "churn", first["model_version"], by="the operator")
    assert mlflow_store.aliased(learned, "churn") == back.name
    last = ledger.read(learned, "promotions")[-1]
    assert (last["decision"], last["decided_by"]) == ("rolled back", "the operator")


def test_a_version_that_was_never_promoted_is_no_way_back(
    learned: Home, first: dict[str, Any]
) -> None:
    with pytest.raises(TownsquareError, match="never promoted.* " + first["model_version"]):
        registry.roll_back(learned, "churn", second_version(learned), by="the operator")
    with pytest.raises(TownsquareError, match="is no model of churn; its versions are"):
        registry.roll_back(learned, "churn", "19700101-aaaaaaaa", by="the operator")


def test_a_model_read_back_says_what_the_trained_one_said(
    learned: Home, first: dict[str, Any], score: Score
) -> None:
    version = registry.read_version(learned, "churn", first["model_version"])
    assert version.features == worlds.FEATURES
    assert version.answers(score)
    assert not version.answers(score.model_copy(update={"label": "is_churned_next_90d"}))


def test_a_broken_store_is_said_in_a_sentence(learned: Home) -> None:
    (learned.models / "mlflow.db").write_bytes(b"")
    with pytest.raises(TownsquareError, match=r"mlflow\.db is no MLflow store"):
        mlflow_store.aliased(learned, "churn")


def test_a_home_without_models_has_no_champion_and_empty_books(
    tmp_path_factory: pytest.TempPathFactory, score: Score
) -> None:
    home = Home(tmp_path_factory.mktemp("bare"))
    assert registry.champion(home, score, worlds.AS_OF) is None
    ledger.prepare(home)
    assert [ledger.read(home, book) for book in ledger.BOOKS] == [[] for _ in ledger.BOOKS]
