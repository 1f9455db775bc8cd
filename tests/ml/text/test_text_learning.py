import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ml.text import encoder as encoders
from ml.text import learning
from ml.text.classifier import train
from ml.text.learning import calibration_error, learn_sentiment, read_examples
from ml.text.sentiment import CLASSES, LEXICON_VERSION, load
from townsquare.errors import TownsquareError
from townsquare.network import Network, Texts, write_network
from townsquare.settings import Home

# Words that no lexicon rates, so that only learning can tell.
SAID = {"negative": "blorp", "neutral": "plinth", "positive": "zindle"}
MODEL = "learned/content_sentiment/model"


class BagOfLetters:
    """An encoder as simple as one can be; it honours what sentence-transformers do."""

    def encode(self, sentences: list[str], batch_size: int = 32) -> Any:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return np.array([[text.count(each) for each in letters] for text in sentences], dtype=float)


def labelled(folder: Path, n: int = 300, ratings: bool = False) -> Path:
    rng = np.random.default_rng(1)
    words = ["table", "chair", "window", "street", "tram", "paper", "lamp", "floor"]
    folder.mkdir()
    lines = []
    for number in range(n):
        label = CLASSES[number % 3]
        text = " ".join([*rng.choice(words, 4), SAID[label], str(number)])
        lines.append(f"{number}\t{label}\t{text}")
        if ratings:
            lines.append(f"r{number}\t{number % 3 - 1}.0\trated {text}")
    (folder / "texts.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, Any]]:
    root = tmp_path_factory.mktemp("taught")
    home = Home(root / "var")
    return home, learn_sentiment(home, labelled(root / "texts", ratings=True))


def test_a_home_that_was_taught_nothing_goes_by_the_lexicon(tmp_path: Path) -> None:
    assert load(tmp_path / "absent").version == LEXICON_VERSION


def test_what_is_taught_is_kept_and_used(taught: tuple[Home, dict[str, Any]]) -> None:
    home, told = taught
    assert told["macro_recall"] > 0.95 and told["texts"] == 300 and told["ratings"] == 300
    assert told["macro_recall_low"] <= told["macro_recall"] <= told["macro_recall_high"]
    assert told["calibration_error"] < 0.15
    reader = load(home.models / MODEL)
    assert reader.version == told["version"]
    mood = reader.read([f"the lamp is {word} here" for word in SAID.values()])
    assert mood.labels.tolist() == [0, 1, 2]
    assert np.allclose(mood.probabilities.sum(axis=1), 1)
    assert mood.scores[0] < mood.scores[1] < mood.scores[2]


def test_teaching_the_same_again_gives_the_same_version(
    taught: tuple[Home, dict[str, Any]], tmp_path: Path
) -> None:
    again = learn_sentiment(Home(tmp_path / "var"), labelled(tmp_path / "texts", ratings=True))
    assert again["version"] == taught[1]["version"]


def test_an_encoder_is_off_until_the_setting_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def loaded(folder: Path) -> encoders.Encoder:
        asked.append(folder)
        return BagOfLetters()

    monkeypatch.setattr(encoders, "load", loaded)
    home, texts = Home(tmp_path / "var"), labelled(tmp_path / "texts")
    assert learn_sentiment(home, texts)["encoder"] is False and asked == []
    folder = tmp_path / "encoder"
    write_network(home, Network(texts=Texts(encoder=folder)))
    told = learn_sentiment(home, texts)
    assert told["encoder"] is True and asked == [folder]
    reader = load(home.models / MODEL, folder)
    assert reader.read(["a zindle lamp", "a blorp lamp"]).labels.tolist() == [2, 0]
    assert load(home.models / MODEL).head is None


def test_an_encoder_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match="not a folder"):
        encoders.load(tmp_path / "absent")


def test_an_encoder_is_read_from_its_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    class Model(BagOfLetters):
        def __init__(self, folder: str, **settings: Any) -> None:
            asked.append((folder, settings))

    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    rows = encoders.vectors(encoders.load(tmp_path), ["abba", "zoo", ""])
    assert asked == [(str(tmp_path), {"device": "cpu", "local_files_only": True})]
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 0])


def test_an_encoder_without_its_library_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(TownsquareError, match="is not installed; install it"):
        encoders.load(tmp_path)


def test_what_an_encoder_adds_is_in_the_figure_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_by(texts: list[str]) -> np.ndarray:
        return np.array([[f" {word} " in f" {text} " for word in SAID.values()] for text in texts])

    class Knowing:
        def encode(self, sentences: list[str], batch_size: int = 32) -> Any:
            return told_by(sentences).astype(float)

    def guessing(texts: list[str], labels: Any, classes: Any, share: float) -> Any:
        trained, held_out = train(texts, labels, classes, share)
        return trained, np.full_like(held_out, 1 / 3)

    monkeypatch.setattr(encoders, "load", lambda folder: Knowing())
    monkeypatch.setattr(learning, "train", guessing)
    home, texts = Home(tmp_path / "var"), labelled(tmp_path / "texts")
    assert learn_sentiment(home, texts)["macro_recall"] < 0.5
    write_network(home, Network(texts=Texts(encoder=tmp_path)))
    assert learn_sentiment(home, texts)["macro_recall"] > 0.95


def test_the_head_is_trusted_as_far_as_it_is_right() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 600)
    informed = np.eye(3)[labels] + 0.1 * rng.normal(size=(600, 3))
    ignorant = np.full((600, 3), 1 / 3)
    head, together = encoders.train(informed, labels, ignorant)
    assert head.share > 0.5
    assert np.mean(together.argmax(axis=1) == labels) > 0.95
    noise = rng.normal(size=(600, 3))
    sure = 0.9 * np.eye(3)[labels] + 0.1 / 3
    assert encoders.train(noise, labels, sure)[0].share < 0.3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"positive no tab here", "no tab"),
        (b"1\tgreat\tsome text", "'great'"),
        (b"1\t9.5\tsome text", "9.5"),
        (b"1\tpositive\t\xff\xfe", "UTF-8"),
        (b"1\tpositive\tone text", "at least 200"),
    ],
)
def test_bad_examples_are_refused_by_file_line_and_value(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "texts.tsv"
    path.write_bytes(content)
    with pytest.raises(TownsquareError, match=said) as error:
        learn_sentiment(Home(tmp_path / "var"), path)
    assert str(path) in str(error.value)
    assert not (tmp_path / "var").exists()


def test_files_may_have_a_head_an_id_and_repeats(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("label\ttext\npositive\tone\n\nnegative\ttwo\n")
    (tmp_path / "b.tsv").write_text("7\tpositive\tone\n8\t-2.5\tthree\n")
    found = read_examples(tmp_path)
    assert [(e.text, e.label, e.rating) for e in found] == [
        ("one", "positive", None), ("three", None, -2.5), ("two", "negative", None),
    ]  # fmt: skip
    with pytest.raises(TownsquareError, match="no .tsv"):
        read_examples(tmp_path / "absent")


def test_calibration_error_is_the_gap_between_said_and_come_true() -> None:
    labels = np.array([0, 1] * 50)
    sure = np.tile([0.9, 0.05, 0.05], (100, 1))
    assert calibration_error(labels, sure) == pytest.approx(0.4)


def test_the_command_teaches_a_home(tmp_path: Path, townsquare: Callable[..., Any]) -> None:
    done = townsquare(tmp_path / "var", "learn-sentiment", str(labelled(tmp_path / "texts")))
    assert "macro recall" in done.stderr
    bad = townsquare(tmp_path / "var", "learn-sentiment", str(tmp_path / "no"), check=False)
    assert bad.returncode == 1 and "no .tsv" in bad.stderr
