"""Rates how a text feels on a scale that people used, learned from their mean ratings."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.repeatable import REPEATABLE
from ml.text.tokens import Floats, Tokens, tokenise
from ml.text.vectors import N_COLUMNS, WIDTH, Vectoriser

_FOLDS = 5
_RIDGE = 3.0
_TREES: dict[str, Any] = {
    **REPEATABLE,
    "objective": "regression",
    "num_leaves": 15,
    "learning_rate": 0.03,
    "min_data_in_leaf": 20,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "lambda_l2": 5.0,
    "seed": 20,
}
_N_TREES = 300


@dataclass(frozen=True)
class Rater:
    """A ridge regression on n-grams and the lexicon, and boosted trees over it and the lexicon."""

    vectoriser: Vectoriser
    weights: NDArray[np.float32]  # (N_COLUMNS,)
    intercept: float
    trees: str

    def rate(self, texts: list[str]) -> Floats:
        """(len(texts),) on the scale of the ratings that it learned from."""
        return self.rate_tokens(tokenise(texts))

    def rate_tokens(self, tokens: Tokens) -> Floats:
        """As `rate`, of texts that are cut already."""
        import lightgbm

        rows = self.vectoriser.transform_tokens(tokens)
        linear = np.asarray(rows @ self.weights, dtype=np.float64) + self.intercept
        if not len(linear):
            return linear
        trees = lightgbm.Booster(model_str=self.trees)
        rated: Floats = (linear + np.asarray(trees.predict(_seen(rows, linear)))) / 2
        return rated

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What has to be kept to have it again."""
        kept = np.flatnonzero(self.weights).astype(np.int32)
        return {
            "kept": kept,
            "weights": self.weights[kept],
            "intercept": np.array(self.intercept),
            "trees": np.array(self.trees),
            **{f"vectoriser_{name}": each for name, each in self.vectoriser.arrays().items()},
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> "Rater":
        """The rater that was kept."""
        prefix = "vectoriser_"
        vectoriser = {n[len(prefix) :]: a for n, a in arrays.items() if n.startswith(prefix)}
        weights = np.zeros(N_COLUMNS, dtype=np.float32)
        weights[arrays["kept"]] = arrays["weights"]
        return cls(
            Vectoriser.of(vectoriser), weights, float(arrays["intercept"]), str(arrays["trees"])
        )


def train(texts: list[str], ratings: Floats) -> Rater:
    """Learn from (text, mean rating); the trees see the ridge as folds that trained without it."""
    import lightgbm

    vectoriser, rows = Vectoriser.fit(texts)
    fold = np.arange(len(texts)) % _FOLDS
    held_out = np.zeros(len(texts))
    for left_out in range(_FOLDS):
        out = fold == left_out
        weights, intercept = _ridge(rows[~out], ratings[~out])
        held_out[out] = rows[out] @ weights + intercept
    weights, intercept = _ridge(rows, ratings)
    data = lightgbm.Dataset(_seen(rows, held_out), ratings)
    trees = lightgbm.train(_TREES, data, _N_TREES)
    return Rater(vectoriser, weights, intercept, trees.model_to_string())


def _seen(rows: sp.csr_matrix, linear: Floats) -> Floats:
    return np.hstack([linear[:, None], rows[:, 2 * WIDTH :].toarray()])


def _ridge(rows: sp.csr_matrix, ratings: Floats) -> tuple[NDArray[np.float32], float]:
    from sklearn.linear_model import Ridge

    used = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))
    model = Ridge(alpha=_RIDGE, solver="sparse_cg", tol=1e-4).fit(rows[:, used], ratings)
    weights = np.zeros(rows.shape[1], dtype=np.float32)
    weights[used] = model.coef_
    return weights, float(model.intercept_)
