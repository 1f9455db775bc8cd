"""Models that are a weighted sum of a row: logistic regressions and naive Bayes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.text.tokens import Floats, Ints
from ml.text.vectors import MEANINGS, N_COLUMNS, WIDTH

_INVERSE_PENALTY = 1.0
_INVERSE_PENALTY_OF_MEANINGS = 10.0
_ROUNDS = 40
_SMOOTHING = 0.5


@dataclass(frozen=True)
class Linear:
    """Log-odds that are a weighted sum of a row: logistic regression, or naive Bayes."""

    weights: NDArray[np.float32]  # (n_columns, n_classes)
    intercepts: Floats

    def scores(self, rows: sp.csr_matrix | Floats) -> Floats:
        """(n_texts, n_classes), each row with mean 0."""
        raw = np.asarray(rows @ self.weights, dtype=np.float64) + self.intercepts
        centred: Floats = raw - raw.mean(axis=1, keepdims=True)
        return centred


def fit_words(rows: sp.csr_matrix, labels: Ints) -> Linear:
    """Of words, characters and the lexicon; meanings have a model of their own."""
    used = np.flatnonzero(np.bincount(rows.indices, minlength=N_COLUMNS)[:MEANINGS])
    fitted = _regression(rows[:, used], labels, _INVERSE_PENALTY)
    weights = np.zeros((N_COLUMNS, fitted.weights.shape[1]), dtype=np.float32)
    weights[used] = fitted.weights
    return Linear(weights, fitted.intercepts)


def fit_meanings(meanings: Floats, labels: Ints) -> Linear:
    """Of what the words of a text mean together; few numbers, so that they may weigh much."""
    return _regression(meanings, labels, _INVERSE_PENALTY_OF_MEANINGS)


def fit_bayes(rows: sp.csr_matrix, labels: Ints, n_classes: int) -> Linear:
    """Complement naive Bayes on words (J. Rennie et al., ICML 2003)."""
    words = rows[:, :WIDTH].sign()
    counts = np.vstack([np.asarray(words[labels == c].sum(axis=0)) for c in range(n_classes)])
    others = counts.sum(axis=0) - counts + _SMOOTHING
    weights = np.zeros((rows.shape[1], n_classes), dtype=np.float32)
    log_share = -np.log(others / others.sum(axis=1, keepdims=True))
    known = counts.sum(axis=0) > 0
    weights[:WIDTH][known] = (log_share - log_share.mean(axis=0))[:, known].T
    scale = np.sqrt(np.diff(words.indptr).mean())
    return Linear(weights * np.float32(scale), np.zeros(n_classes))


def fit_calibration(blended: Floats, labels: Ints) -> Floats:
    """A linear map of log-probabilities, as multinomial logistic regression fits it."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=200).fit(blended, labels)
    return np.vstack(_both(model, np.float64))


def _regression(rows: sp.csr_matrix | Floats, labels: Ints, inverse_penalty: float) -> Linear:
    """Multinomial logistic regression, every class weighing the same."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=inverse_penalty, class_weight="balanced", tol=1e-3, max_iter=_ROUNDS
    )
    _quietly(model, rows, labels)
    return Linear(*_both(model, np.float32))


def _both(model: Any, kind: type) -> tuple[NDArray[Any], Floats]:
    """Weights, a column a class, and intercepts; of two classes a regression has one row."""
    rows, intercepts = model.coef_, model.intercept_
    if len(rows) == 1:
        rows = np.vstack([-rows / 2, rows / 2])
        intercepts = np.array([-intercepts[0] / 2, intercepts[0] / 2])
    return rows.T.astype(kind), intercepts


def _quietly(model: Any, rows: sp.csr_matrix, labels: Ints) -> None:
    """Stopping early is meant: the last rounds fit the noise."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, labels)
