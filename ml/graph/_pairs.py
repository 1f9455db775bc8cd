"""What tells whether one user will act on another: features of ordered pairs, as of a snapshot."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ml.graph._products import Rows, products
from ml.graph._snapshot import Snapshot, binary
from ml.graph._ties import Floats, Ints
from ml.graph._users import describe_users

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_RANK = 32
_SPAN = 48  # drawn to find the leading ones
_SEED = 20240229


@dataclass(frozen=True)
class PairFeatures:
    """Columns per ordered pair of users, from one snapshot."""

    snapshot: Snapshot

    def of(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """Every feature of the pairs, by name."""
        columns = {}
        for name, values in self._of_users.items():
            columns[f"actor_{name}"] = values[actor]
            columns[f"target_{name}"] = values[target]
        return columns | self._between(actor, target)

    @cached_property
    def _of_users(self) -> dict[str, Floats]:
        return describe_users(self.snapshot)

    @cached_property
    def _degree(self) -> Floats:
        degree: Floats = np.diff(self.snapshot.linked.indptr).astype(np.float64)
        return degree

    @cached_property
    def _adamic(self) -> "csr_matrix":
        """Links so weighted that products with links are Adamic and Adar's index (2003)."""
        return _scaled(self.snapshot.linked, 1 / np.log(np.maximum(self._degree, 2)))

    @cached_property
    def _allocation(self) -> "csr_matrix":
        """The same for the resource allocation of Zhou, Lü and Zhang (2009)."""
        return _scaled(self.snapshot.linked, 1 / np.maximum(self._degree, 1))

    @cached_property
    def _latent(self) -> tuple[Floats, Floats]:
        """Leading eigenvectors and values of the links, degrees evened out (Qin and Rohe 2013)."""
        from scipy.sparse import diags

        linked = self.snapshot.linked
        n = linked.shape[0]
        if n <= _SPAN or not linked.nnz:
            return np.zeros((n, 1)), np.zeros(1)
        scale = diags(1 / np.sqrt(self._degree + max(self._degree.mean(), 1)))
        evened = (scale @ linked @ scale).tocsr()
        base = _base(evened)
        values, vectors = np.linalg.eigh(base.T @ (evened @ base))
        return base @ vectors[:, -_RANK:], values[-_RANK:]

    @cached_property
    def _taste_latent(self) -> Floats:
        """Users in the space of the leading tastes, rows of length 1."""
        tastes = self.snapshot.tastes
        if min(tastes.shape) <= _SPAN:
            return np.zeros((tastes.shape[0], 1))
        base = _base(tastes)
        seen = tastes.T @ base
        squares, vectors = np.linalg.eigh(seen.T @ seen)
        scaled = base @ (vectors * np.sqrt(np.maximum(squares, 0)))[:, -_RANK:]
        unit: Floats = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-12)
        return unit

    @cached_property
    def _used(self) -> "csr_matrix":
        """Items used, each 1."""
        return binary(self.snapshot.items.copy())

    @cached_property
    def _used_rarely(self) -> "csr_matrix":
        """The same, so weighted that products with items used are the index of Adamic and Adar."""
        users = np.asarray(self._used.sum(axis=0)).ravel()
        return _scaled(self._used, 1 / np.log(np.maximum(users, 2)))

    @cached_property
    def _walk_back(self) -> "csr_matrix":
        return self.snapshot.walk.T.tocsr()

    def _between(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        snap, degree = self.snapshot, self._degree
        columns = self._steps(actor, target) | self._likeness(actor, target)
        common = columns["common_neighbours"]
        return columns | {
            "jaccard": common / np.maximum(degree[actor] + degree[target] - common, 1),
            "preferential": np.log1p(degree[actor]) + np.log1p(degree[target]),
            "strength_back": _cells(snap.decayed, target, actor),
            "looks": _cells(snap.looks, actor, target),
            "looks_back": _cells(snap.looks, target, actor),
        }

    def _steps(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """Who stands between two users: counts of paths, and chances that a walk ends there."""
        snap, linked, walk = self.snapshot, self.snapshot.linked, self.snapshot.walk
        ever, back = snap.ever, snap.ever_back
        around: dict[str, Rows] = {
            "common_neighbours": linked.__getitem__,
            "adamic_adar": self._adamic.__getitem__,
            "resource_allocation": self._allocation.__getitem__,
        }
        # Of two steps either end may be laid out. Who asks has fewer links than who is suggested.
        columns = products(around, linked, target, actor)
        paths: dict[str, Rows] = {"paths_3": lambda users: linked[users] @ linked}
        columns |= products(paths, linked, actor, target)
        columns |= products({"walk_2": self._walk_back.__getitem__}, walk, target, actor)
        walks: dict[str, Rows] = {"walk_3": lambda users: walk[users] @ walk}
        columns |= products(walks, self._walk_back, actor, target)
        for name, first, second in (
            ("common_sought", ever, ever),
            ("two_steps_back", back, ever),
            ("common_seekers", back, back),
            ("two_steps_out", ever, back),
            ("common_recent", snap.recent, snap.recent),
        ):
            columns |= products({name: second.__getitem__}, first, target, actor)
        return columns

    def _likeness(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """How alike two users are in whom they are linked to and in what they use."""
        vectors, values = self._latent
        left, right = vectors[actor], vectors[target]
        length = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        latent = self._taste_latent
        used: dict[str, Rows] = {"common_items": self._used_rarely.__getitem__}
        return self._tastes(actor, target) | {
            "latent_product": (left * values * right).sum(axis=1),
            "latent_cubed": (left * values**3 * right).sum(axis=1),
            "latent_cosine": (left * right).sum(axis=1) / np.maximum(length, 1e-12),
            "taste_latent": (latent[actor] * latent[target]).sum(axis=1),
            **products(used, self._used, target, actor),
        }

    def _tastes(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """How alike two users' tastes are, and each one's to those of the other's links."""
        tastes, linked, degree = self.snapshot.tastes, self.snapshot.linked, self._degree
        users = tastes.T.tocsr()
        alike: dict[str, Rows] = {"taste": lambda some: tastes[some] @ users}
        theirs = products(alike, linked, target, actor)["taste"] / np.maximum(degree[actor], 1)
        ours = products(alike, linked, actor, target)["taste"] / np.maximum(degree[target], 1)
        cosine = products({"taste_cosine": tastes.__getitem__}, tastes, target, actor)
        return {"friends_taste": theirs + ours} | cosine


def ranked(columns: dict[str, Floats], reference: dict[str, Floats]) -> Floats:
    """
    Rows by features, each as its rank among the reference's values, 0 to 1.

    A network grows: twenty partners are many early and few late. Ranks among the pairs of the same
    day say the same on every day, so what was learned then holds now.
    """
    made = np.empty((len(next(iter(columns.values()))), len(columns)))
    for at, (name, values) in enumerate(columns.items()):
        # Most columns tell few values apart.
        told, place, times = np.unique(values, return_inverse=True, return_counts=True)
        if (among := reference[name]) is values:
            below = 2 * np.cumsum(times) - times
        else:
            known = np.sort(among)
            below = np.searchsorted(known, told, "left") + np.searchsorted(known, told, "right")
        made[:, at] = (below / (2 * max(len(among), 1)))[place]
    return made


def _base(matrix: "csr_matrix") -> Floats:
    """
    Orthonormal columns that span what a matrix does most, drawn as Halko and others do (2011).

    Near what Lanczos' method finds of the leading vectors, in a fraction of its time.
    """
    from sklearn.utils.extmath import randomized_range_finder
    from threadpoolctl import threadpool_limits

    # So few columns keep threads waiting for each other: beside another learner ten times as long.
    with threadpool_limits(1, "blas"):
        return np.asarray(
            randomized_range_finder(
                matrix, size=_SPAN, n_iter=5, power_iteration_normalizer="QR", random_state=_SEED
            )
        )


def _scaled(matrix: "csr_matrix", per_column: Floats) -> "csr_matrix":
    from scipy.sparse import diags

    return (matrix @ diags(per_column)).tocsr()


def _cells(matrix: "csr_matrix", row: Ints, column: Ints) -> Floats:
    """The cells of these pairs; of none scipy would give a matrix."""
    return np.asarray(matrix[row, column]).ravel() if len(row) else np.zeros(0)
