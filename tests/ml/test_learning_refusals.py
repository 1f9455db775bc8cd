"""What the learning side refuses, each once: its declarations, frames, stores and inputs."""

import sys
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ml import daily, declaration, frames, mlflow_store
from ml.declaration import Score
from ml.graph import connections, network
from ml.learners import NotAvailableError, Run, _declaration
from ml.text import encoder, images
from ml.trends import trends
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import Home

AS_OF = date(2025, 7, 1)
TEXTS = ("content_id", "author_id", "root_id", "title", "body", "tags", "published_at")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def run(home: Home, **inputs: pa.Table) -> Run:
    """A run whose inputs are these tables."""
    home.inputs.mkdir(parents=True)
    for name, table in inputs.items():
        pq.write_table(table, home.inputs / f"{name}.parquet")
    learner: Any = SimpleNamespace(reads=tuple(inputs), name="one")
    return Run(home, Network(), AS_OF, None, learner)


def contents(*days: date) -> pa.Table:
    columns = {name: pa.array(["x"] * len(days), pa.string()) for name in TEXTS}
    columns["tags"] = pa.array([[]] * len(days), pa.list_(pa.string()))
    columns["published_at"] = pa.array(days, pa.date32()).cast(pa.timestamp("us"))
    return pa.table({**columns, "event_date": pa.array(days, pa.date32())})


def test_nothing_is_trained_before_there_are_frames(home: Home) -> None:
    with pytest.raises(TownsquareError, match="holds no finished frames yet; run townsquare_daily"):
        daily.train_all(home, ["churn"])


@pytest.mark.parametrize("text", ["- a list", "just words"])
def test_a_declaration_that_holds_no_keys_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "churn.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TownsquareError, match=r"churn\.yml cannot be read: it holds no keys"):
        declaration.load(path, Network())


@pytest.mark.parametrize("text", ["reads: [a\n", "just words"])
def test_a_learners_declaration_that_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TownsquareError, match=r"one\.yml cannot be read: .* Mend the file"):
        _declaration._load(path)


def test_an_outcome_that_is_neither_true_nor_false_is_refused(score: Score) -> None:
    frame = frames.Frame(
        entities=np.array(["a"], dtype=object),
        days=np.array(["2025-01-01"], dtype="datetime64[D]"),
        labels=np.array([0.5]),
        values=np.zeros((1, 1)),
        features=("one",),
    )
    with pytest.raises(TownsquareError, match=r"is 0\.5 as of 2025-01-01, and an outcome is true"):
        frames._without_open_outcomes(Path("frame.parquet"), score, frame, AS_OF)


@pytest.mark.parametrize("learner", [connections, network])
def test_a_network_where_nobody_does_anything_to_anybody_has_no_ties(
    home: Home, learner: Any
) -> None:
    day = pa.array([date(2025, 6, 1)], pa.date32())
    ties = pa.table(
        {
            "actor_id": pa.chunked_array([["a"]]),
            "target_id": pa.chunked_array([["b"]]),
            "verb": pa.chunked_array([["view"]]),
            "n_events": [1],
            "event_date": day,
            "known_date": day,
        }
    )
    with pytest.raises(NotAvailableError, match="for want of any deed between users"):
        learner.learn(run(home, input_ties=ties))


def test_a_version_that_mlflow_does_not_know_cannot_be_pointed_at(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_store, "_client", lambda home: None)
    monkeypatch.setattr(mlflow_store, "_number", lambda client, score, name: None)
    with pytest.raises(TownsquareError, match="MLflow knows no version v9 of churn; train it anew"):
        mlflow_store.point(home, "churn", "v9")


def test_an_encoder_without_its_library_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(TownsquareError, match="sentence-transformers, which is not installed"):
        encoder.load(tmp_path)


@pytest.mark.parametrize("limit", ["ours", "the library's"])
def test_an_image_of_too_many_pixels_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (40, 40)).save(path)
    holder, name = (images, "MAX_PIXELS") if limit == "ours" else (Image, "MAX_IMAGE_PIXELS")
    monkeypatch.setattr(holder, name, 1000)
    with pytest.raises(images.UnreadableImageError, match="has more than .* pixels"):
        images.read(path)


def test_trends_want_authors_and_four_weeks(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NotAvailableError, match="no content of the last 150 days has an author"):
        trends.learn(run(home, input_contents=contents(date(2024, 1, 1))))
    young = run(Home(tmp_path / "young"), input_contents=contents(AS_OF - timedelta(days=20)))
    with pytest.raises(NotAvailableError, match="more than 28 days of contents"):
        trends.learn(young)
