"""What `townsquare learn-sentiment` does: labelled texts in, a version of the reader kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.text import encoder as encoders
from ml.text import rater
from ml.text.classifier import train
from ml.text.sentiment import CLASSES, save
from ml.text.tokens import Floats, Ints
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import Home

MIN_TEXTS = 200
MIN_OF_A_CLASS = 20
MODEL = Path("learned") / "content_sentiment" / "model"
# Between what is best for folds of the same years (.1 to .2) and for years left out (.4).
SHARE_OF_MEANINGS = 0.3
_DRAWS = 1_000


@dataclass(frozen=True)
class Example:
    """A text and what people said of it: one of the three classes, or a rating from -4 to 4."""

    text: str
    label: str | None
    rating: float | None


def learn_sentiment(home: Home, source: Path) -> dict[str, Any]:
    """Train on a file or folder of labelled texts and make it the reader of this home.

    Returns the version and the figures of texts that were left out in turn: macro recall and its
    95 % interval, and the expected calibration error.
    """
    examples = read_examples(source)
    labelled = [each for each in examples if each.label is not None]
    rated = [each for each in examples if each.rating is not None]
    texts = [each.text for each in labelled]
    labels = np.array([CLASSES.index(each.label or "") for each in labelled], dtype=np.int64)
    _check(source, labels)
    classifier, held_out = train(texts, labels, CLASSES, SHARE_OF_MEANINGS)
    arrays = {f"classifier.{name}": each for name, each in classifier.arrays().items()}
    folder = read_network(home).texts.encoder
    if folder is not None:
        vectors = encoders.vectors(encoders.load(folder), texts)
        head, held_out = encoders.train(vectors, labels, held_out)
        arrays |= {"head.weights": head.weights, "head.share": np.array(head.share)}
    if len(rated) >= MIN_TEXTS:
        ratings = np.array([each.rating for each in rated], dtype=np.float64)
        learned = rater.train([each.text for each in rated], ratings)
        arrays |= {f"rater.{name}": each for name, each in learned.arrays().items()}
    version = save(home.models / MODEL, arrays)
    recall, low, high = recall_between(labels, classifier.decide(held_out))
    return {
        "version": version,
        "texts": len(texts),
        "ratings": len(rated),
        "encoder": folder is not None,
        "macro_recall": round(recall, 4),
        "macro_recall_low": round(low, 4),
        "macro_recall_high": round(high, 4),
        "calibration_error": round(calibration_error(labels, held_out), 4),
    }


def read_examples(source: Path) -> list[Example]:
    """Every distinct labelled text below `source`; TownsquareError names what cannot be read."""
    files = sorted(source.rglob("*.tsv")) if source.is_dir() else [source]
    if not files or not all(path.is_file() for path in files):
        raise TownsquareError(
            f"{source} holds no .tsv; give a file or a folder of files with a label and a text, "
            "or an id, a label and a text, in each line."
        )
    found = {each.text: each for path in files for each in _examples(path)}
    return [found[text] for text in sorted(found)]


def _examples(path: Path) -> Iterator[Example]:
    """Lines of `label<TAB>text` or `id<TAB>label<TAB>text`; empty ones are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise TownsquareError(f"{path} is not UTF-8: {error.reason}; save it as UTF-8.") from error
    for number, line in enumerate(lines, 1):
        parts = line.split("\t")
        if not line.strip() or (number == 1 and "label" in parts):
            continue
        if len(parts) < 2:
            raise TownsquareError(
                f"{path}, line {number}: {line[:60]!r} has no tab; write a label, a tab and a text."
            )
        label, text = (parts[0], parts[1]) if len(parts) == 2 else (parts[1], parts[2])
        yield _example(path, number, label.strip(), text.strip())


def _example(path: Path, number: int, label: str, text: str) -> Example:
    if label in CLASSES:
        return Example(text, label, None)
    try:
        rating = float(label)
    except ValueError:
        rating = float("nan")
    if not -4 <= rating <= 4:
        raise TownsquareError(
            f"{path}, line {number}: the label is {label[:40]!r}; give negative, neutral or "
            "positive, or a rating from -4 to 4."
        )
    return Example(text, None, rating)


def _check(source: Path, labels: Ints) -> None:
    counts = np.bincount(labels, minlength=len(CLASSES))
    if len(labels) < MIN_TEXTS or counts.min() < MIN_OF_A_CLASS:
        said = ", ".join(f"{n} {name}" for n, name in zip(counts.tolist(), CLASSES, strict=True))
        raise TownsquareError(
            f"{source} holds {said} texts; at least {MIN_TEXTS} are wanted, with at least "
            f"{MIN_OF_A_CLASS} of each."
        )


def macro_recall(labels: Ints, told: Ints) -> float:
    """The mean share of each class that was told as such."""
    return float(np.mean([np.mean(told[labels == c] == c) for c in np.unique(labels)]))


def recall_between(labels: Ints, told: Ints) -> tuple[float, float, float]:
    """Macro recall and its 95 % bootstrap interval over texts."""
    rng = np.random.default_rng(20)
    parts = [told[labels == c] == c for c in np.unique(labels)]
    drawn = np.mean([rng.binomial(len(p), p.mean(), _DRAWS) / len(p) for p in parts], axis=0)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return macro_recall(labels, told), float(low), float(high)


def calibration_error(labels: Ints, probabilities: Floats) -> float:
    """Mean gap between the likeliest class's probability and how often it is right, in tenths."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = np.abs(np.bincount(bins, right - sure, 10))
    return float(gaps.sum() / len(labels))
