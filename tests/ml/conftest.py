"""A home whose churn score is learned once, for the tests that look at what learning leaves."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import worlds

import ml.learning
from ml import mlflow_store
from ml.declaration import Score, load
from ml.learning import learn
from townsquare.settings import Home


@pytest.fixture
def score(tmp_path: Path) -> Score:
    """The declaration of the synthetic churn score."""
    return load(worlds.declare(tmp_path / "scores"), worlds.NETWORK)


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Score]:
    """Let `learn` find the synthetic churn declaration, with some keys changed."""

    def declare(**changes: object) -> Score:
        found = load(worlds.declare(tmp_path / "scores", **changes), worlds.NETWORK)
        monkeypatch.setattr(ml.learning, "load_one", lambda name, network: found)
        return found

    return declare


@pytest.fixture(scope="session")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's empty tables, which take seconds to make."""
    home = Home(tmp_path_factory.mktemp("store"))
    home.models.mkdir(parents=True)
    mlflow_store._client(home)
    return home.models / "mlflow.db"


def _with_store(root: Path, store: Path) -> Home:
    home = Home(root)
    home.models.mkdir(parents=True)
    shutil.copy(store, home.models / "mlflow.db")
    return home


@pytest.fixture(scope="session")
def _learned_once(
    tmp_path_factory: pytest.TempPathFactory, _store: Path
) -> tuple[Home, dict[str, Any]]:
    home = _with_store(tmp_path_factory.mktemp("learned") / "var", _store)
    found = load(worlds.declare(home.root / "scores"), worlds.NETWORK)
    worlds.write_frame(home, worlds.make_frame(worlds.weeks(24)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ml.learning, "load_one", lambda name, network: found)
        return home, learn(home, worlds.NETWORK, "churn", worlds.AS_OF)


@pytest.fixture
def first(_learned_once: tuple[Home, dict[str, Any]]) -> dict[str, Any]:
    """What the first learning of the shared home returned."""
    return _learned_once[1]


@pytest.fixture
def learned(
    _learned_once: tuple[Home, dict[str, Any]], tmp_path: Path, declared: Callable[..., Score]
) -> Home:
    """A copy of the home after its first learning, to be changed at will."""
    declared()
    shutil.copytree(_learned_once[0].root, tmp_path / "var")
    return Home(tmp_path / "var")


@pytest.fixture
def empty_store(_store: Path, tmp_path: Path) -> Home:
    """A home without any model."""
    return _with_store(tmp_path / "new", _store)
