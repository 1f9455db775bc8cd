"""What words mean by themselves: 64 numbers for each of many English words, kept in words.npz.

A word that no training text had still lies near those that mean nearly the same. The numbers are
principal components of the vectors that all-MiniLM-L6-v2 (N. Reimers and I. Gurevych, EMNLP 2019;
Apache 2.0) gives the whole words of its vocabulary, each alone; no encoder is wanted to read them.
`make` has made them from the folder of that model, and makes them from that of another one.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.text.tokens import Floats, Tokens

DIMENSIONS = 64
_FILE = Path(__file__).with_name("words.npz")
_SMOOTHING = 1e-3
_STEPS = 127  # a number is kept in a byte


@dataclass(frozen=True)
class _Words:
    places: dict[str, int]
    vectors: Floats  # (n_words, DIMENSIONS), common words the shorter


def meanings(tokens: Tokens) -> Floats:
    """(n_texts, DIMENSIONS): the direction of the sum of each text's words; 0 where none is known.

    A word weighs the less the commoner it is (S. Arora et al., ICLR 2017).
    """
    words = _words()
    place = np.array([words.places.get(t, -1) for t in tokens.types], dtype=np.int64)[tokens.ids]
    known = place >= 0
    counted = sp.csr_matrix(
        (np.ones(known.sum()), (tokens.texts[known], place[known])),
        (tokens.n_texts, len(words.vectors)),
    )
    total = np.asarray(counted @ words.vectors, dtype=np.float64)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    pointed: Floats = total / np.where(length > 0, length, 1.0)
    return pointed


@cache
def table() -> str:
    """Which words.npz this is: a reader that learned with another one cannot go on with it."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()[:12]


@cache
def _words() -> _Words:
    with np.load(_FILE, allow_pickle=False) as kept:
        words, steps = str(kept["words"]).split(), kept["steps"].astype(np.float64)
    weights = _SMOOTHING / (_SMOOTHING + _shares(len(words)))
    return _Words({word: i for i, word in enumerate(words)}, steps * weights[:, None])


def _shares(n_words: int) -> Floats:
    """How common words are whose order alone is known, commonest first: by Zipf's law."""
    by_rank = 1.0 / np.arange(1, n_words + 1)
    shares: Floats = by_rank / by_rank.sum()
    return shares


def make(model: Path, file: Path = _FILE, n_words: int = 16_000) -> None:
    """Write `file` from the folder of a sentence-transformers model that has a vocab.txt."""
    from ml.text.encoder import load

    lines = (model / "vocab.txt").read_text(encoding="utf-8").split()
    words = [line for line in lines if line.isascii() and line.isalpha()]
    words = [word for word in words if len(word) > 1 or word in "ai"][:n_words]
    vectors = np.asarray(load(model).encode(words, batch_size=256), dtype=np.float64)
    centred = vectors - vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    parts = left[:, :DIMENSIONS] * sizes[:DIMENSIONS]
    steps: NDArray[np.int8] = np.round(parts / np.abs(parts).max() * _STEPS).astype(np.int8)
    np.savez_compressed(file, words=np.array(" ".join(words)), steps=steps)
