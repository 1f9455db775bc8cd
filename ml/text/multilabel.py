"""Says which of many topics a text is about: one logistic regression per topic, fitted together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.text.features import word_ngrams
from ml.text.tokens import Floats, Ints, tokenise

WIDTH = 1 << 18
_PENALTY = 2.0
_ROUNDS = 25
_FOLDS = 2


@dataclass(frozen=True)
class TopicModel:
    """Weights per word n-gram and topic, and Platt's line that makes the scores probabilities."""

    topics: tuple[str, ...]
    columns: Ints  # (n_columns,) the n-grams that it knows, ascending
    idf: Floats
    weights: NDArray[np.float32]  # (n_columns, n_topics)
    intercepts: Floats
    slope: float
    offset: float

    def probabilities(self, texts: list[str]) -> Floats:
        """(len(texts), n_topics) calibrated probabilities; texts without a known word get 0."""
        rows = self._rows(texts)
        known = np.diff(rows.indptr) > 0
        scores = np.asarray(rows @ self.weights, dtype=np.float64) + self.intercepts
        likely: Floats = _sigmoid(self.slope * scores + self.offset) * known[:, None]
        return likely

    def _rows(self, texts: list[str]) -> sp.csr_matrix:
        return _weighed(word_ngrams(tokenise(texts), WIDTH), self.columns, self.idf)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What has to be kept to have it again."""
        return {
            "topics": np.array(self.topics),
            "columns": self.columns,
            "idf": self.idf,
            "weights": self.weights,
            "intercepts": self.intercepts,
            "line": np.array([self.slope, self.offset]),
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> "TopicModel":
        """The model that was kept."""
        slope, offset = arrays["line"].tolist()
        return cls(
            topics=tuple(arrays["topics"].tolist()),
            columns=arrays["columns"],
            idf=arrays["idf"],
            weights=arrays["weights"],
            intercepts=arrays["intercepts"],
            slope=slope,
            offset=offset,
        )


def train(texts: list[str], labels: sp.csr_matrix, topics: tuple[str, ...]) -> TopicModel:
    """Fit on (n_texts, n_topics) ones; calibrated on folds that trained nothing of it.

    The folds are by position, so the same texts in the same order give the same model.
    """
    counted = word_ngrams(tokenise(texts), WIDTH)
    seen = np.bincount(counted.indices, minlength=WIDTH)
    columns = np.flatnonzero(seen >= max(2, len(texts) // 4_000)).astype(np.int64)
    idf = np.log((1 + len(texts)) / (1 + seen[columns])) + 1
    rows = _weighed(counted, columns, idf)
    slope, offset = _calibrated(rows, labels)
    weights, intercepts = _fit(rows, labels)
    return TopicModel(topics, columns, idf, weights, intercepts, slope, offset)


def _weighed(counted: sp.csr_matrix, columns: Ints, idf: Floats) -> sp.csr_matrix:
    rows = counted[:, columns] @ sp.diags(idf)
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scaled = sp.diags(1.0 / np.where(length > 0, length, 1.0)) @ rows
    return sp.csr_matrix(scaled, dtype=np.float32)


def _fit(rows: sp.csr_matrix, labels: sp.csr_matrix) -> tuple[NDArray[np.float32], Floats]:
    """Penalised logistic regressions by L-BFGS, all topics in one problem."""
    from scipy.optimize import minimize

    truth = np.asarray(labels.todense(), dtype=np.float32)
    n_columns, n_topics = rows.shape[1], truth.shape[1]
    transposed = rows.T.tocsr()
    start = np.zeros((n_columns + 1, n_topics))
    share = np.clip(truth.mean(axis=0), 1e-4, 0.999)
    start[-1] = np.log(share / (1 - share))

    def loss(flat: Floats) -> tuple[float, Floats]:
        beta = flat.reshape(n_columns + 1, n_topics)
        scores = rows @ beta[:-1].astype(np.float32) + beta[-1].astype(np.float32)
        miss = _sigmoid(scores) - truth
        cost = np.logaddexp(0, scores).sum() - (scores * truth).sum()
        slope = np.vstack([transposed @ miss + beta[:-1] / _PENALTY, miss.sum(axis=0)])
        return float(cost + (beta[:-1] ** 2).sum() / (2 * _PENALTY)), slope.ravel()

    found = minimize(
        loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS, "maxcor": 5}
    )
    beta = found.x.reshape(n_columns + 1, n_topics)
    return beta[:-1].astype(np.float32), beta[-1]


def _calibrated(rows: sp.csr_matrix, labels: sp.csr_matrix) -> tuple[float, float]:
    """Platt's slope and offset, one line for all topics, since many have few examples."""
    fold = np.arange(rows.shape[0]) % _FOLDS
    scores, truths = [], []
    for left_out in range(_FOLDS):
        out = fold == left_out
        weights, intercepts = _fit(rows[~out], labels[~out])
        scores.append(np.asarray(rows[out] @ weights) + intercepts)
        truths.append(np.asarray(labels[out].todense()))
    return _line(np.vstack(scores).ravel(), np.vstack(truths).ravel().astype(float))


def _line(scores: Floats, truth: Floats) -> tuple[float, float]:
    """Newton's steps of a logistic regression on one number."""
    design = np.column_stack([scores, np.ones(len(scores))])
    line = np.array([1.0, 0.0])
    for _ in range(25):
        chance = _sigmoid(design @ line)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + 1e-6 * np.eye(2)
        line = line + np.linalg.solve(curve, design.T @ (truth - chance))
    return float(line[0]), float(line[1])


def _sigmoid(scores: NDArray[Any]) -> NDArray[Any]:
    likely: NDArray[Any] = 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
    return likely
