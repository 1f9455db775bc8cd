"""A sentence encoder from a local folder, for whoever has one: optional, and off by default."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ml.text.tokens import Floats, Ints
from townsquare.errors import TownsquareError

_BATCH = 64
_FOLDS = 4


class Encoder(Protocol):
    """What sentence-transformers models do, and whatever else turns texts into vectors."""

    def encode(self, sentences: list[str], batch_size: int = 32) -> Any:
        """(len(sentences), n_dimensions) numbers, one row per text."""


def load(folder: Path) -> Encoder:
    """The sentence-transformers model that lies in a folder; nothing is fetched from elsewhere.

    Raises TownsquareError where the folder or the library is missing.
    """
    if not folder.is_dir():
        raise TownsquareError(
            f"{folder}, the encoder in network.yml, is not a folder; give the folder of a "
            "sentence-transformers model or set texts.encoder to null."
        )
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise TownsquareError(
            "texts.encoder in network.yml wants the package sentence-transformers, which is not "
            "installed; install it or set texts.encoder to null."
        ) from error
    model: Encoder = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model


def vectors(encoder: Encoder, texts: list[str]) -> Floats:
    """(len(texts), n_dimensions), each row of length 1."""
    rows = np.asarray(encoder.encode(texts, batch_size=_BATCH), dtype=np.float64)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = rows / np.where(length > 0, length, 1.0)
    return scaled


@dataclass(frozen=True)
class Head:
    """Multinomial logistic regression on an encoder's vectors, mixed with another model's word."""

    weights: NDArray[np.float64]  # (n_dimensions + 1, n_classes), the last row the intercepts
    share: float  # of the head in the mean log-odds, chosen on folds that trained nothing

    def mix(self, rows: Floats, other: Floats) -> Floats:
        """(n_texts, n_classes) probabilities of both together."""
        return _mixed(_scores(rows, self.weights), other, self.share)


def train(rows: Floats, labels: Ints, other: Floats) -> tuple[Head, Floats]:
    """The head, and what it and the other say together of texts left out of it in turn.

    Its share is the one with which those texts are likeliest.
    """
    fold = np.arange(len(labels)) % _FOLDS
    held_out = np.zeros_like(other)
    for left_out in range(_FOLDS):
        out = fold == left_out
        held_out[out] = _scores(rows[out], _fit(rows[~out], labels[~out], other.shape[1]))
    shares = np.linspace(0, 1, 11)
    places = np.arange(len(labels))
    likely = [np.log(_mixed(held_out, other, s)[places, labels] + 1e-9).mean() for s in shares]
    share = float(shares[int(np.argmax(likely))])
    head = Head(_fit(rows, labels, other.shape[1]), share)
    return head, _mixed(held_out, other, share)


def _fit(rows: Floats, labels: Ints, n_classes: int) -> Floats:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, max_iter=300).fit(rows, labels)
    weights = np.zeros((rows.shape[1] + 1, n_classes))
    weights[:-1], weights[-1] = model.coef_.T, model.intercept_
    return weights


def _scores(rows: Floats, weights: Floats) -> Floats:
    raw = rows @ weights[:-1] + weights[-1]
    scores: Floats = raw - np.log(np.exp(raw - raw.max(axis=1, keepdims=True)).sum(axis=1))[:, None]
    shifted: Floats = scores - raw.max(axis=1, keepdims=True)
    return shifted


def _mixed(scores: Floats, other: Floats, share: float) -> Floats:
    blended = share * scores + (1 - share) * np.log(other + 1e-9)
    likely = np.exp(blended - blended.max(axis=1, keepdims=True))
    mixed: Floats = likely / likely.sum(axis=1, keepdims=True)
    return mixed
