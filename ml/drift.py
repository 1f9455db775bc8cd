"""Compares today's features and scores with those trained on; its rate of false alarms is known."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.frames import Frame

Floats = npt.NDArray[np.float64]

FALSE_ALARMS = 0.05  # where nothing drifted, this share of comparisons calls anything drifted
SAMPLE = 2000  # users a side: enough to see distributions 0.06 apart, too few to see dust


@dataclass(frozen=True)
class Drift:
    """One quantity, then and now."""

    quantity: str
    statistic: float
    p_value: float
    q_value: float
    n_reference: int
    n_today: int

    @property
    def is_drifted(self) -> bool:
        """Whether it differs, at the stated rate of false alarms over all quantities together."""
        return self.q_value <= FALSE_ALARMS


def compare(
    reference: Frame, today: Frame, scores: Mapping[str, tuple[Floats, Floats]]
) -> list[Drift]:
    """
    Two-sample Kolmogorov-Smirnov tests of every feature and score, adjusted by Benjamini-Hochberg.

    The same users stand in both frames, and a test of dependent samples has another rate than it
    says. So half of the users, by a hash of their id, speak for then and the other half for now.
    """
    then, now = _half(reference.entities, 0), _half(today.entities, 1)
    if not len(then) or not len(now):
        return []
    quantities = dict(
        zip(
            today.features,
            zip(reference.values[then].T, today.values[now].T, strict=True),
            strict=True,
        )
    )
    for name, (before, after) in scores.items():
        quantities[name] = (before[then], after[now])
    tested = [_kolmogorov_smirnov(before, after) for before, after in quantities.values()]
    adjusted = _benjamini_hochberg([p_value for _, p_value in tested])
    return [
        Drift(name, statistic, p_value, q_value, len(then), len(now))
        for name, (statistic, p_value), q_value in zip(quantities, tested, adjusted, strict=True)
    ]


def _half(users: npt.NDArray[np.object_], side: int) -> npt.NDArray[np.intp]:
    """Rows of up to SAMPLE users of one half; a hash, so that a run repeated picks the same."""
    hashes = np.array(
        [
            int.from_bytes(hashlib.blake2b(str(user).encode(), digest_size=8).digest())
            for user in users
        ],
        dtype=np.uint64,
    )
    mine = np.flatnonzero(hashes % 2 == side)
    return mine[np.argsort(hashes[mine], kind="stable")][:SAMPLE]


def _kolmogorov_smirnov(before: Floats, after: Floats) -> tuple[float, float]:
    from scipy.stats import ks_2samp

    lowest = (np.nan_to_num(side, nan=-np.inf) for side in (before, after))  # missing is a value
    found = ks_2samp(*lowest, method="asymp")
    return float(found.statistic), float(found.pvalue)


def _benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    order = np.argsort(p_values)
    ranked = np.asarray(p_values)[order] * len(p_values) / np.arange(1, len(p_values) + 1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    return [float(value) for value in adjusted]
