"""Behavioural clusters whose ids last: k-means begun from the centres that stood before."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from townsquare.whole import write_text

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEED = 20250101
SIZES = range(3, 9)
_SAMPLE = 20_000  # rows to fit on; the others are only assigned
_JUDGED = 2_000  # rows whose silhouette chooses the number of clusters


@dataclass(frozen=True)
class Clusters:
    """
    Standardised centres, one row per cluster; the row's number is its id for good.

    `mean` and `spread` are of the features when the clusters were first found, so that a drifting
    population does not move the axes beneath the ids.
    """

    features: tuple[str, ...]
    mean: Floats
    spread: Floats
    centres: Floats

    def assign(self, values: Floats) -> Ints:
        """The nearest centre of each row."""
        scaled = self.scaled(values)
        distances = (self.centres**2).sum(axis=1) - 2 * scaled @ self.centres.T
        return np.asarray(distances.argmin(axis=1), dtype=np.int64)

    def scaled(self, values: Floats) -> Floats:
        """The rows on the clusters' own axes."""
        return np.asarray((values - self.mean) / self.spread)


def find(features: tuple[str, ...], values: Floats, before: Clusters | None) -> Clusters:
    """
    The clusters of these rows, one row per user and one column per feature.

    Without earlier clusters, their number is the one of 3 to 8 with the best mean silhouette
    (Rousseeuw 1987). With them, k-means goes on from their centres, so that each cluster stays
    itself however its members change; one that has lost everybody keeps its centre.
    """
    from sklearn.cluster import KMeans

    draw = np.random.default_rng(SEED)
    chosen = np.sort(draw.permutation(len(values))[:_SAMPLE])
    if before is not None and before.features == features:
        rows = before.scaled(values[chosen])
        lived = np.unique(before.assign(values[chosen]))
        went_on = KMeans(len(lived), init=before.centres[lived], n_init=1).fit(rows)
        centres = before.centres.copy()
        centres[lived] = went_on.cluster_centers_
        return Clusters(features, before.mean, before.spread, centres)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    rows = (values[chosen] - mean) / spread
    return Clusters(features, mean, spread, _best(rows))


def _best(rows: Floats) -> Floats:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    found: list[tuple[float, Floats]] = []
    for size in SIZES:
        if size >= len(np.unique(rows, axis=0)):
            break
        fitted = KMeans(size, n_init=4, random_state=SEED).fit(rows)
        judged = slice(None, _JUDGED)
        if len(np.unique(fitted.labels_[judged])) > 1:
            score = float(silhouette_score(rows[judged], fitted.labels_[judged]))
            found.append((score, fitted.cluster_centers_))
    if not found:
        return np.asarray(rows.mean(axis=0, keepdims=True))
    return max(found, key=lambda one: one[0])[1]


def remember(clusters: Clusters, folder: Path, as_of: date) -> None:
    """Keep the clusters of a day."""
    kept = {
        "features": clusters.features,
        "mean": clusters.mean.tolist(),
        "spread": clusters.spread.tolist(),
        "centres": clusters.centres.tolist(),
    }
    write_text(folder / f"{as_of}.json", json.dumps(kept))


def recall(folder: Path, as_of: date) -> Clusters | None:
    """The newest clusters from before a day, so that a day that is run twice ends the same."""
    earlier = [path for path in sorted(folder.glob("*.json")) if path.stem < as_of.isoformat()]
    if not earlier:
        return None
    kept = json.loads(earlier[-1].read_text(encoding="utf-8"))
    return Clusters(
        tuple(kept["features"]),
        np.array(kept["mean"]),
        np.array(kept["spread"]),
        np.array(kept["centres"]),
    )
