"""Says of which of a few kinds a text is, with calibrated probabilities: one model over another.

A logistic regression reads words, characters and the lexicon; another what the words mean. Boosted
trees read what both say, what naive Bayes says and the lexicon, on folds that trained none of them
(D. H. Wolpert, Stacked generalization, 1992). Their mean log-odds are made probabilities by
Dirichlet calibration (M. Kull et al., NeurIPS 2019), again on folds that trained nothing.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.repeatable import REPEATABLE
from ml.text.linear import Linear, fit_bayes, fit_calibration, fit_meanings, fit_words
from ml.text.tokens import Floats, Ints, Tokens, tokenise
from ml.text.vectors import MEANINGS, N_COLUMNS, WIDTH, Vectoriser

N_FOLDS = 4
_SHARES_OF_MEANINGS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
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
class Classifier:
    """What `train` has learned; `probabilities` says it of any text."""

    classes: tuple[str, ...]
    shares: Floats  # of the classes among the texts that it was trained on
    vectoriser: Vectoriser
    logistic: Linear
    bayes: Linear
    meant: Linear
    share: float  # of what words mean in the mean log-odds
    trees: str  # LightGBM's text
    calibration: Floats  # (n_classes + 1, n_classes), the last row the intercepts

    def probabilities(self, texts: list[str]) -> Floats:
        """(len(texts), n_classes), each row summing to 1."""
        return self.probabilities_of(tokenise(texts))

    def probabilities_of(self, tokens: Tokens) -> Floats:
        """As `probabilities`, of texts that are cut already."""
        rows = self.vectoriser.transform_tokens(tokens)
        logistic = self.logistic.scores(rows)
        lexical, meanings = _dense(rows)
        meant = self.meant.scores(meanings)
        seen = np.hstack([logistic, self.bayes.scores(rows), meant, lexical])
        blended = _blend(logistic, self._boosted(seen), meant, self.share)
        return _calibrated(blended, self.calibration)

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
            "meant": self.meant.weights,
            "meant_intercepts": self.meant.intercepts,
            "share": np.array(self.share),
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
            meant=Linear(arrays["meant"], arrays["meant_intercepts"]),
            share=float(arrays["share"]),
            trees=str(arrays["trees"]),
            calibration=arrays["calibration"],
        )


def _spread(arrays: dict[str, NDArray[Any]], name: str) -> Linear:
    weights = np.zeros((N_COLUMNS, arrays[name].shape[1]), dtype=np.float32)
    weights[arrays["kept"]] = arrays[name]
    return Linear(weights, arrays[f"{name}_intercepts"])


def train(
    texts: list[str], labels: Ints, classes: Sequence[str], share: float | None = None
) -> tuple[Classifier, Floats]:
    """The classifier, and the calibrated probabilities that folds left out of it give its texts.

    Equal texts lie in one fold. Every class weighs the same, however rare it is. `share` is that of
    what words mean in the mean log-odds: without it the one by which left out texts are likeliest.
    """
    vectoriser, rows = Vectoriser.fit(texts)
    folds = _Folds(np.array([_fold(text) for text in texts]), labels, len(classes))
    lexical, meanings = _dense(rows)
    logistic = folds.left_out(lambda x, y: fit_words(x, y).scores, rows)
    bayes = folds.left_out(lambda x, y: fit_bayes(x, y, len(classes)).scores, rows)
    meant = folds.left_out(lambda x, y: fit_meanings(x, y).scores, meanings)
    seen = np.hstack([logistic, bayes, meant, lexical])
    boosted = folds.left_out(lambda x, y: _boost(x, y, len(classes)).predict, seen)
    shares = _SHARES_OF_MEANINGS if share is None else (share,)
    blended = {each: _blend(logistic, boosted, meant, each) for each in shares}
    told = {each: folds.left_out(_calibrator, blended[each]) for each in shares}
    share = max(shares, key=lambda each: _likely(told[each], labels))
    trained = Classifier(
        classes=tuple(classes),
        shares=np.bincount(labels, minlength=len(classes)) / len(labels),
        vectoriser=vectoriser,
        logistic=fit_words(rows, labels),
        bayes=fit_bayes(rows, labels, len(classes)),
        meant=fit_meanings(meanings, labels),
        share=share,
        trees=_boost(seen, labels, len(classes)).model_to_string(),
        calibration=fit_calibration(blended[share], labels),
    )
    return trained, told[share]


@dataclass(frozen=True)
class _Folds:
    """Texts in folds, so that each can be told by what was fitted without it."""

    of: Ints
    labels: Ints
    n_classes: int

    def left_out(self, fit: Callable[[Any, Ints], Callable[[Any], Any]], rows: Any) -> Floats:
        said = np.zeros((len(self.of), self.n_classes))
        for fold in range(N_FOLDS):
            out = self.of == fold
            said[out] = fit(rows[~out], self.labels[~out])(rows[out])
        return said


def _fold(text: str) -> int:
    return (
        hashlib.blake2b(text.strip().lower().encode("utf-8"), digest_size=4).digest()[0] % N_FOLDS
    )


def _dense(rows: sp.csr_matrix) -> tuple[Floats, Floats]:
    """The standardised lexical features and meanings."""
    dense = rows[:, 2 * WIDTH :].toarray()
    lexical, meanings = np.split(dense, [MEANINGS - 2 * WIDTH], axis=1)
    return lexical, meanings


def _blend(logistic: Floats, boosted: Floats, meant: Floats, share: float) -> Floats:
    """Mean log-probabilities: both that read words alike, and meanings by their share."""
    read = (_log_shares(logistic) + np.log(boosted + _FLOOR)) / 2
    return (1 - share) * read + share * _log_shares(meant)


def _log_shares(scores: Floats) -> Floats:
    shares: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return shares


def _boost(seen: Floats, labels: Ints, n_classes: int) -> Any:
    import lightgbm

    counts = np.bincount(labels, minlength=n_classes)
    data = lightgbm.Dataset(seen, labels, weight=(len(labels) / np.maximum(counts, 1))[labels])
    return lightgbm.train({**_TREES, "num_class": n_classes}, data, _N_TREES)


def _calibrator(blended: Floats, labels: Ints) -> Callable[[Floats], Floats]:
    return partial(_calibrated, calibration=fit_calibration(blended, labels))


def _likely(probabilities: Floats, labels: Ints) -> float:
    """Mean log-probability of what is true."""
    return float(np.log(probabilities[np.arange(len(labels)), labels] + _FLOOR).mean())


def _calibrated(blended: Floats, calibration: Floats) -> Floats:
    raw = blended @ calibration[:-1] + calibration[-1]
    shares = np.exp(raw - raw.max(axis=1, keepdims=True))
    calibrated: Floats = shares / shares.sum(axis=1, keepdims=True)
    return calibrated
