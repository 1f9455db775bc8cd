"""The model that says whether a pair will link: boosted trees on ranked features of pairs."""

from typing import TYPE_CHECKING

import numpy as np

from ml.graph._ties import Floats
from ml.repeatable import REPEATABLE

if TYPE_CHECKING:
    import lightgbm

# Small trees on few columns at a time: many features say nearly the same, and positives are rare.
_PARAMETERS = {
    **REPEATABLE,
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.06,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "seed": 20240229,
}
ROUNDS = 150


def train(values: Floats, labels: Floats, names: list[str]) -> "lightgbm.Booster":
    """Fit the trees."""
    import lightgbm

    data = lightgbm.Dataset(values, labels, feature_name=names)
    return lightgbm.train(_PARAMETERS, data, ROUNDS)


def log_odds(booster: "lightgbm.Booster", values: Floats) -> Floats:
    """What the trees say, as log-odds among the rows that they were trained on."""
    if not len(values):
        return np.zeros(0)
    return np.asarray(booster.predict(values, raw_score=True), dtype=np.float64)
