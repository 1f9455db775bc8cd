"""Reads the mood of texts: by the lexicon, or by what `townsquare learn-sentiment` learned."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.text import encoder as encoders
from ml.text.classifier import Classifier
from ml.text.features import LEXICAL, lexical
from ml.text.lexicon import lexicon
from ml.text.rater import Rater
from ml.text.tokens import Floats, Ints, Tokens, tokenise

CLASSES = ("negative", "neutral", "positive")
LEXICON_VERSION = "lexicon-1"
_COMPOUND = LEXICAL.index("compound")
_RATING_SCALE = 4.0


@dataclass(frozen=True)
class Mood:
    """What a model reads in each text; `score` runs from -1 to 1."""

    probabilities: Floats  # (n_texts, 3), in the order of CLASSES
    labels: Ints
    scores: Floats


@dataclass(frozen=True)
class Sentiment:
    """One version of the reader; without a classifier it goes by the lexicon."""

    version: str
    classifier: Classifier | None = None
    rater: Rater | None = None
    head: encoders.Head | None = None
    encoder: encoders.Encoder | None = None

    def read(self, texts: list[str]) -> Mood:
        """The mood of each text."""
        return self.read_tokens(tokenise(texts), texts)

    def read_tokens(self, tokens: Tokens, texts: list[str]) -> Mood:
        """As `read`, of texts that are cut already."""
        if self.classifier is None:
            probabilities = _by_lexicon(tokens)
            labels = np.argmax(probabilities, axis=1)
        else:
            probabilities = self.classifier.probabilities_of(tokens)
            if self.head is not None and self.encoder is not None and texts:
                probabilities = self.head.mix(encoders.vectors(self.encoder, texts), probabilities)
            labels = self.classifier.decide(probabilities)
        scores = probabilities[:, 2] - probabilities[:, 0]
        if self.rater is not None:
            scores = np.clip(self.rater.rate_tokens(tokens) / _RATING_SCALE, -1, 1)
        return Mood(probabilities, labels, scores)


def _by_lexicon(tokens: Tokens) -> Floats:
    """A multinomial logistic curve of the lexicon's compound score, declared in english.yml."""
    compound = lexical(tokens)[:, _COMPOUND]
    shape = np.column_stack([np.ones_like(compound), compound, np.abs(compound)])
    odds = shape @ np.array(lexicon().curve).T
    likely = np.exp(odds - odds.max(axis=1, keepdims=True))
    shares: Floats = likely / likely.sum(axis=1, keepdims=True)
    return shares


def save(folder: Path, arrays: dict[str, NDArray[Any]]) -> str:
    """Keep a trained reader and make it the one that is used; its version."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    version = f"learned-{digest.hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{version}.partial.npz"
    np.savez_compressed(partial, **arrays)  # type: ignore[arg-type]
    partial.replace(folder / f"{version}.npz")
    pointer = folder / ".current.partial"
    pointer.write_text(version, encoding="utf-8")
    pointer.replace(folder / "current.txt")
    return version


def load(folder: Path, encoder: Path | None = None) -> Sentiment:
    """The reader in use: the one that was last trained in this home, or the lexicon."""
    pointer = folder / "current.txt"
    if not pointer.exists():
        return Sentiment(LEXICON_VERSION)
    version = pointer.read_text(encoding="utf-8").strip()
    with np.load(folder / f"{version}.npz", allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    rated, head = _part(arrays, "rater"), _part(arrays, "head")
    use_head = bool(head) and encoder is not None
    return Sentiment(
        version=version,
        classifier=Classifier.of(_part(arrays, "classifier")),
        rater=Rater.of(rated) if rated else None,
        head=encoders.Head(head["weights"], float(head["share"])) if use_head else None,
        encoder=encoders.load(encoder) if use_head and encoder is not None else None,
    )


def _part(arrays: dict[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    prefix = f"{name}."
    return {key[len(prefix) :]: each for key, each in arrays.items() if key.startswith(prefix)}
