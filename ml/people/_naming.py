"""Says in words what sets a cluster apart from everybody."""

from collections.abc import Sequence
from importlib import resources

import numpy as np
import numpy.typing as npt
import yaml

Floats = npt.NDArray[np.float64]


def phrases() -> dict[str, list[str]]:
    """For each feature, what much of it and what little of it is called."""
    text = resources.files("ml.people").joinpath("phrases.yml").read_text(encoding="utf-8")
    read: dict[str, list[str]] = yaml.safe_load(text)
    return read


def names(features: Sequence[str], centres: Floats) -> list[str]:
    """
    A name per cluster from the standardised centres, no two alike.

    The feature farthest from everybody's mean comes first; another joins until the name is the
    cluster's own; two that differ by degree alone are told apart by a number.
    """
    words = phrases()
    chosen: list[list[str]] = []
    for centre in centres:
        order = np.argsort(-np.abs(centre), kind="stable")
        chosen.append([words[features[i]][0 if centre[i] > 0 else 1] for i in order])
    named: list[str] = []
    for mine in chosen:
        length = 2
        while length < len(mine) and sum(other[:length] == mine[:length] for other in chosen) > 1:
            length += 1
        name = ", ".join(mine[:length])
        alike = sum(other == name or other.startswith(f"{name} (") for other in named)
        named.append(f"{name} ({alike + 1})" if alike else name)
    return named
