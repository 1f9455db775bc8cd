"""Why a pair was suggested: what each feature did to the trees' log-odds, told in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.graph._ties import Floats

if TYPE_CHECKING:
    import lightgbm

_TOLD = 2


def reasons(booster: "lightgbm.Booster", values: Floats, words: list[str]) -> list[list[str]]:
    """Per row up to two reasons: what raised it most, in the words of each feature."""
    raised = contributions(booster, values)
    said = list(dict.fromkeys(words))
    most = np.empty((len(values), len(said)))
    for at, word in enumerate(said):
        most[:, at] = raised[:, [one == word for one in words]].max(axis=1)
    best = np.argsort(-most, axis=1, kind="stable")[:, :_TOLD]
    counts = (np.take_along_axis(most, best, axis=1) > 0).sum(axis=1)
    return [
        [said[at] for at in row[:count]]
        for row, count in zip(best.tolist(), counts.tolist(), strict=True)
    ]


def contributions(booster: "lightgbm.Booster", values: Floats) -> Floats:
    """
    Rows by features, Shapley values of Lundberg, Erion and Lee (2018), as LightGBM tells them.

    What a tree says depends on nothing but the sides of its splits on which a row falls, which are
    a few dozen for trees as small as these. LightGBM is asked once for each of them instead of for
    every row. Values may not be missing.
    """
    raised = np.zeros(values.shape[::-1])
    columns = np.ascontiguousarray(values.T)
    for number, tree in enumerate(booster.dump_model()["tree_info"]):
        splits = sorted(_splits(tree["tree_structure"]))
        side = np.zeros(len(values), dtype=np.int64)
        for feature, threshold in splits:
            side = 2 * side + (columns[feature] <= threshold)
        row_of = np.full(1 << len(splits), -1)
        row_of[side] = np.arange(len(values))
        there = np.flatnonzero(row_of >= 0)
        told: Any = booster.predict(
            values[row_of[there]],
            pred_contrib=True,
            start_iteration=number,
            num_iteration=1,
            num_threads=1,
        )
        place = np.searchsorted(there, side)
        for feature in sorted({feature for feature, _ in splits}):
            raised[feature] += told[:, feature][place]
    return raised.T


def _splits(node: dict[str, Any]) -> Iterator[tuple[int, float]]:
    """Feature and threshold of every split at a node and beneath."""
    if "split_feature" in node:
        yield node["split_feature"], node["threshold"]
        yield from _splits(node["left_child"])
        yield from _splits(node["right_child"])
