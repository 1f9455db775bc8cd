"""What a content is worth before anybody rated it: from its text and its author's earlier ones."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.repeatable import REPEATABLE

Floats = npt.NDArray[np.float64]

BLOCKS = 5
FEWEST_RATED = 200
AUTHOR_PRIOR = 5.0  # earlier contents that the common mean weighs beside an author's own
_PARAMETERS = {
    **REPEATABLE,
    "objective": "regression",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 40,
    "seed": 1,
}


def author_history(authors: pd.Series, target: Floats, weight: Floats) -> pd.DataFrame:
    """For rows in order of time: how the author's earlier contents were rated, and how many.

    `weight` is 0 for contents without ratings.
    """
    frame = pd.DataFrame({"author": authors.to_numpy(), "sum": target * weight, "n": weight})
    frame["all"] = 1.0
    before = frame.groupby("author", dropna=False).cumsum() - frame[["sum", "n", "all"]]
    return pd.DataFrame(
        {
            "author_mean": (before["sum"] / (before["n"] + AUTHOR_PRIOR)).to_numpy(),
            "author_n_rated": np.log1p(before["n"]).to_numpy(),
            "author_n_contents": np.log1p(before["all"]).to_numpy(),
        },
        index=authors.index,
    )


def estimate_early(features: pd.DataFrame, target: Floats, weight: Floats) -> Floats:
    """
    For rows in order of time an estimate of `target` from models of earlier rows alone.

    The rows are cut into five blocks; each is estimated by a model of the blocks before it. The
    first, which has nothing before it, is given zero, the mean.
    """
    estimate = np.zeros(len(features))
    edges = np.linspace(0, len(features), BLOCKS + 1).astype(int)
    for start, end in zip(edges[1:-1], edges[2:], strict=True):
        known = np.flatnonzero(weight[:start] > 0)
        if len(known) >= FEWEST_RATED:
            model = _fit(features.iloc[known], target[known], weight[known])
            estimate[start:end] = model.predict(features.iloc[start:end])
    return estimate


def _fit(features: pd.DataFrame, target: Floats, weight: Floats) -> Any:
    import lightgbm

    data = lightgbm.Dataset(features, target, weight=weight)
    return lightgbm.train(_PARAMETERS, data, num_boost_round=120)
