"""Words that nobody labelled are read by those that mean nearly the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.text import encoder, meaning
from ml.text.classifier import Classifier, train
from ml.text.meaning import DIMENSIONS, meanings
from ml.text.tokens import tokenise
from ml.text.vectors import Vectoriser
from townsquare.errors import TownsquareError

TAUGHT = {"animal": ["dog", "horse", "cow", "pig", "cat"], "food": ["bread", "soup", "pie", "rice"]}


def test_words_that_mean_nearly_the_same_lie_near_each_other() -> None:
    dog, wolf, bread = meanings(tokenise(["a dog", "the wolf", "some bread"]))
    assert dog @ wolf > dog @ bread + 0.2


def test_a_text_means_the_same_whatever_stands_beside_it() -> None:
    alone = meanings(tokenise(["the lamp is on the table"]))
    among = meanings(tokenise(["zzqx", "the lamp is on the table", ""]))
    assert np.array_equal(among[1], alone[0]) and np.linalg.norm(alone) == pytest.approx(1)
    assert not among[[0, 2]].any()


def test_a_word_that_was_never_taught_is_told_by_its_meaning() -> None:
    rng = np.random.default_rng(3)
    texts = [
        f"a {rng.choice(words)} and the {rng.choice(words)} {number}"
        for number in range(120)
        for words in TAUGHT.values()
    ]
    model, _ = train(texts, np.arange(240) % 2, list(TAUGHT))
    unknown = ["a wolf and a sheep", "the pasta and a sandwich"]
    assert model.share > 0
    assert np.argmax(model.probabilities(unknown), axis=1).tolist() == [0, 1]
    again = Classifier.of(model.arrays())
    assert np.allclose(again.probabilities(unknown), model.probabilities(unknown), atol=1e-3)


def test_the_words_are_made_from_a_model_and_its_vocabulary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Drawn:
        def encode(self, sentences: list[str], batch_size: int = 32) -> Any:
            asked.extend(sentences)
            return np.random.default_rng(1).normal(size=(len(sentences), 80))

    monkeypatch.setattr(encoder, "load", lambda folder: Drawn())
    words = [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(90)]
    vocabulary = ["[PAD]", "##ing", "é", "z", "7", "a", *words]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    meaning.make(tmp_path, tmp_path / "words.npz", 80)
    with np.load(tmp_path / "words.npz") as made:
        assert str(made["words"]).split() == asked == ["a", *words[:79]]
        assert made["steps"].shape == (80, DIMENSIONS) and np.abs(made["steps"]).max() == 127


@pytest.mark.parametrize("other", [{}, {"table": np.array("0123456789ab")}])
def test_a_reader_that_learned_with_another_table_is_refused_with_the_way_out(
    other: dict[str, Any],
) -> None:
    kept = Vectoriser.fit(["one text", "another text"])[0].arrays()
    del kept["table"]
    with pytest.raises(TownsquareError, match="run `townsquare learn-sentiment` again"):
        Vectoriser.of(kept | other)
