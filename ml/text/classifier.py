"""Says of which of a few kinds a text is, with calibrated probabilities: one model over another.

A logistic regression reads words, characters and the lexicon. Boosted trees read what it says,
what naive Bayes says and the lexicon, on folds that trained neither (D. H. Wolpert, Stacked
generalization, 1992). Their mean log-odds are made probabilities by Dirichlet calibration (M. Kull
et al., NeurIPS 2019), again on folds that trained nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.repeatable import REPEATABLE
from ml.text.tokens import Floats, Ints, Tokens, tokenise
from ml.text.vectors import N_COLUMNS, WIDTH, Vectoriser

N_FOLDS = 4
_INVERSE_PENALTY = 1.0
_ROUNDS = 40
_SMOOTHING = 0.5
_FLOOR = 1e-9
_TREES: dict[str, Any] = {
    **REPEATABLE,
    "objective": "multiclass",
    "num_leaves": 7,
    "learning_rate": 0.05,
    "min_data_in_leaf": 50,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.4,
    "lambda_l2": 5.0,
    "seed": 20,
}
_N_TREES = 200


@dataclass(frozen=True)
class Linear:
    """Log-odds that are a weighted sum of a row: logistic regression, or naive Bayes."""

    weights: NDArray[np.float32]  # (N_COLUMNS, n_classes)
    intercepts: Floats

    def scores(self, rows: sp.csr_matrix) -> Floats:
        """(n_texts, n_classes), each row with mean 0."""
        raw = np.asarray(rows @ self.weights, dtype=np.float64) + self.intercepts
        centred: Floats = raw - raw.mean(axis=1, keepdims=True)
        return centred


@dataclass(frozen=True)
class Classifier:
    """What `train` has learned; `probabilities` says it of any text."""

    classes: tuple[str, ...]
    shares: Floats  # of the classes among the texts that it was trained on
    vectoriser: Vectoriser
    logistic: Linear
    bayes: Linear
    trees: str  # LightGBM's text
    calibration: Floats  # (n_classes + 1, n_classes), the last row the intercepts

    def probabilities(self, texts: list[str]) -> Floats:
        """(len(texts), n_classes), each row summing to 1."""
        return self.probabilities_of(tokenise(texts))

    def probabilities_of(self, tokens: Tokens) -> Floats:
        """As `probabilities`, of texts that are cut already."""
        rows = self.vectoriser.transform_tokens(tokens)
        logistic = self.logistic.scores(rows)
        seen = _seen(rows, logistic, self.bayes.scores(rows))
        return _calibrated(_blend(logistic, self._boosted(seen)), self.calibration)

    def decide(self, probabilities: Floats) -> Ints:
        """The class that is likeliest beside how common it is, which serves rare classes too."""
        likeliest: Ints = np.argmax(probabilities / self.shares, axis=1)
        return likeliest

    def _boosted(self, seen: Floats) -> Floats:
        import lightgbm

        if not len(seen):
            return np.zeros((0, len(self.classes)))
        booster = lightgbm.Booster(model_str=self.trees)
        return np.asarray(booster.predict(seen), dtype=np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What has to be kept to have it again; columns that weigh nothing are left out."""
        kept = np.flatnonzero(np.abs(self.logistic.weights).sum(axis=1) > 0).astype(np.int32)
        return {
            "classes": np.array(self.classes),
            "shares": self.shares,
            "kept": kept,
            "logistic": self.logistic.weights[kept],
            "logistic_intercepts": self.logistic.intercepts,
            "bayes": self.bayes.weights[kept].astype(np.float16),
            "bayes_intercepts": self.bayes.intercepts,
            "trees": np.array(self.trees),
            "calibration": self.calibration,
            **{f"vectoriser_{name}": each for name, each in self.vectoriser.arrays().items()},
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> "Classifier":
        """The classifier that was kept."""
        prefix = "vectoriser_"
        vectoriser = {n[len(prefix) :]: a for n, a in arrays.items() if n.startswith(prefix)}
        return cls(
            classes=tuple(arrays["classes"].tolist()),
            shares=arrays["shares"],
            vectoriser=Vectoriser.of(vectoriser),
            logistic=_spread(arrays, "logistic"),
            bayes=_spread(arrays, "bayes"),
            trees=str(arrays["trees"]),
            calibration=arrays["calibration"],
        )


def _spread(arrays: dict[str, NDArray[Any]], name: str) -> Linear:
    weights = np.zeros((N_COLUMNS, arrays[name].shape[1]), dtype=np.float32)
    weights[arrays["kept"]] = arrays[name]
    return Linear(weights, arrays[f"{name}_intercepts"])


def train(texts: list[str], labels: Ints, classes: Sequence[str]) -> tuple[Classifier, Floats]:
    """The classifier, and the calibrated probabilities that folds left out of it give its texts.

    Equal texts lie in one fold. Every class weighs the same, however rare it is.
    """
    vectoriser, rows = Vectoriser.fit(texts)
    folds = np.array([_fold(text) for text in texts])
    n = (len(texts), len(classes))
    logistic, bayes, boosted = np.zeros(n), np.zeros(n), np.zeros(n)
    for fold in range(N_FOLDS):
        out = folds == fold
        logistic[out] = _logistic(rows[~out], labels[~out]).scores(rows[out])
        bayes[out] = _bayes(rows[~out], labels[~out], len(classes)).scores(rows[out])
    seen = _seen(rows, logistic, bayes)
    for fold in range(N_FOLDS):
        out = folds == fold
        boosted[out] = _boost(seen[~out], labels[~out], len(classes)).predict(seen[out])
    blended = _blend(logistic, boosted)
    held_out = np.zeros(n)
    for fold in range(N_FOLDS):
        out = folds == fold
        held_out[out] = _calibrated(blended[out], _dirichlet(blended[~out], labels[~out]))
    trained = Classifier(
        classes=tuple(classes),
        shares=np.bincount(labels, minlength=len(classes)) / len(labels),
        vectoriser=vectoriser,
        logistic=_logistic(rows, labels),
        bayes=_bayes(rows, labels, len(classes)),
        trees=_boost(seen, labels, len(classes)).model_to_string(),
        calibration=_dirichlet(blended, labels),
    )
    return trained, held_out


def _fold(text: str) -> int:
    return (
        hashlib.blake2b(text.strip().lower().encode("utf-8"), digest_size=4).digest()[0] % N_FOLDS
    )


def _seen(rows: sp.csr_matrix, logistic: Floats, bayes: Floats) -> Floats:
    """What the trees read: both linear models and the standardised lexicon."""
    return np.hstack([logistic, bayes, rows[:, 2 * WIDTH :].toarray()])


def _blend(logistic: Floats, boosted: Floats) -> Floats:
    """Mean log-probabilities of the two."""
    likely = logistic - np.log(np.exp(logistic).sum(axis=1, keepdims=True))
    blended: Floats = (likely + np.log(boosted + _FLOOR)) / 2
    return blended


def _logistic(rows: sp.csr_matrix, labels: Ints) -> Linear:
    """Multinomial logistic regression, every class weighing the same."""
    from sklearn.linear_model import LogisticRegression

    used = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))
    model = LogisticRegression(
        C=_INVERSE_PENALTY, class_weight="balanced", tol=1e-3, max_iter=_ROUNDS
    )
    _quietly(model, rows[:, used], labels)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(coefficients) == 1:  # two classes are told by one row
        coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        intercepts = np.array([-intercepts[0] / 2, intercepts[0] / 2])
    weights = np.zeros((rows.shape[1], len(coefficients)), dtype=np.float32)
    weights[used] = coefficients.T
    return Linear(weights, intercepts)


def _quietly(model: Any, rows: sp.csr_matrix, labels: Ints) -> None:
    """Stopping early is meant: the last rounds fit the noise."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, labels)


def _bayes(rows: sp.csr_matrix, labels: Ints, n_classes: int) -> Linear:
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


def _boost(seen: Floats, labels: Ints, n_classes: int) -> Any:
    import lightgbm

    counts = np.bincount(labels, minlength=n_classes)
    data = lightgbm.Dataset(seen, labels, weight=(len(labels) / np.maximum(counts, 1))[labels])
    return lightgbm.train({**_TREES, "num_class": n_classes}, data, _N_TREES)


def _dirichlet(blended: Floats, labels: Ints) -> Floats:
    """A linear map of log-probabilities, as multinomial logistic regression fits it."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=200)
    model.fit(blended, labels)
    rows, intercepts = model.coef_, model.intercept_
    if len(rows) == 1:
        rows = np.vstack([-rows / 2, rows / 2])
        intercepts = np.array([-intercepts[0] / 2, intercepts[0] / 2])
    return np.vstack([rows.T, intercepts])


def _calibrated(blended: Floats, calibration: Floats) -> Floats:
    raw = blended @ calibration[:-1] + calibration[-1]
    shares = np.exp(raw - raw.max(axis=1, keepdims=True))
    calibrated: Floats = shares / shares.sum(axis=1, keepdims=True)
    return calibrated


def describe(classifier: Classifier) -> str:
    """A version: what it learned, in twelve characters."""
    digest = hashlib.sha256(json.dumps(classifier.classes).encode())
    for name, array in sorted(classifier.arrays().items()):
        digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:12]
