"""What tells whether one user will act on another: features of ordered pairs, as of a snapshot."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ml.graph._snapshot import Snapshot
from ml.graph._ties import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CHUNK = 20_000
_RANK = 32
_NEVER = 3650.0  # days since what never happened
_SEED = 20240229


@dataclass(frozen=True)
class PairFeatures:
    """Columns per ordered pair of users, from one snapshot."""

    snapshot: Snapshot

    def of(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """Every feature of the pairs, by name."""
        columns = {}
        for name, values in self._users.items():
            columns[f"actor_{name}"] = values[actor]
            columns[f"target_{name}"] = values[target]
        chunks = [
            self._between(actor[start : start + _CHUNK], target[start : start + _CHUNK])
            for start in range(0, max(len(actor), 1), _CHUNK)
        ]
        for name in chunks[0]:
            columns[name] = np.concatenate([chunk[name] for chunk in chunks])
        return columns

    @cached_property
    def _users(self) -> dict[str, Floats]:
        """How busy, how sought, how new and how open to strangers each user is."""
        snap, acts, n = self.snapshot, self.snapshot.acts, self.snapshot.n_users
        first_actor, first_target, first_age = self._firsts
        columns: dict[str, Floats] = {}
        for way, who, first in (
            ("out", acts.actor, first_actor),
            ("in", acts.target, first_target),
        ):
            for days in (7, 28):
                columns[f"n_{way}_{days}d"] = _count(who[snap.age <= days], n)
                columns[f"n_new_{way}_{days}d"] = _count(first[first_age <= days], n)
            columns[f"n_partners_{way}"] = _count(first, n)
            columns[f"days_since_{way}"] = _least(who, snap.age, n)
            columns[f"days_since_new_{way}"] = _least(first, first_age, n)
        both = np.concatenate([acts.actor, acts.target])
        columns["days_known"] = -_least(both, -np.tile(snap.age, 2), n, missing=0.0)
        mutual = np.asarray(snap.ever.multiply(snap.ever_back).sum(axis=1)).ravel()
        columns["share_mutual"] = mutual / np.maximum(columns["n_partners_out"], 1)
        columns["n_items"] = np.diff(snap.items.indptr).astype(np.float64)
        return columns

    @cached_property
    def _firsts(self) -> tuple[Ints, Ints, Floats]:
        """Actor, target and age of the first act of each ordered pair."""
        snap, acts = self.snapshot, self.snapshot.acts
        keys = acts.actor * snap.n_users + acts.target
        order = np.lexsort((acts.day, keys))
        starts = order[np.diff(keys[order], prepend=-1) > 0]
        return acts.actor[starts], acts.target[starts], snap.age[starts]

    @cached_property
    def _degree(self) -> Floats:
        degree: Floats = np.diff(self.snapshot.linked.indptr).astype(np.float64)
        return degree

    @cached_property
    def _adamic(self) -> "csr_matrix":
        """Links so weighted that products of rows are Adamic and Adar's index (2003)."""
        return _scaled(self.snapshot.linked, 1 / np.sqrt(np.log(np.maximum(self._degree, 2))))

    @cached_property
    def _allocation(self) -> "csr_matrix":
        """The same for the resource allocation of Zhou, Lü and Zhang (2009)."""
        return _scaled(self.snapshot.linked, 1 / np.sqrt(np.maximum(self._degree, 1)))

    @cached_property
    def _latent(self) -> tuple[Floats, Floats]:
        """Leading eigenvectors and values of the links, degrees evened out (Qin and Rohe 2013)."""
        from scipy.sparse import diags
        from scipy.sparse.linalg import eigsh

        linked = self.snapshot.linked
        n = linked.shape[0]
        if n <= _RANK + 1 or not linked.nnz:
            return np.zeros((n, 1)), np.zeros(1)
        scale = diags(1 / np.sqrt(self._degree + max(self._degree.mean(), 1)))
        values, vectors = eigsh(
            scale @ linked @ scale, k=_RANK, which="LA", v0=np.ones(n), tol=1e-3
        )
        return vectors, values

    @cached_property
    def _taste_latent(self) -> Floats:
        """Users in the space of the leading tastes, rows of length 1."""
        from sklearn.utils.extmath import randomized_svd

        tastes = self.snapshot.tastes
        if min(tastes.shape) <= _RANK:
            return np.zeros((tastes.shape[0], 1))
        left, values, _ = randomized_svd(tastes, _RANK, random_state=_SEED)
        scaled = left * values
        unit: Floats = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-12)
        return unit

    @cached_property
    def _friends_tastes(self) -> "csr_matrix":
        """What those linked to each user used, on average."""
        linked, degree = self.snapshot.linked, np.maximum(self._degree, 1)
        return (_scaled(linked.T.tocsr(), 1 / degree).T @ self.snapshot.tastes).tocsr()

    @cached_property
    def _used(self) -> "csr_matrix":
        """Items used, so weighted that products of rows are the index of Adamic and Adar."""
        items = self.snapshot.items.copy()
        items.data = np.ones_like(items.data)
        users = np.asarray(items.sum(axis=0)).ravel()
        return _scaled(items, 1 / np.sqrt(np.log(np.maximum(users, 2))))

    def _between(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        snap, degree = self.snapshot, self._degree
        common = _dots(snap.linked, snap.linked, actor, target)
        columns = {
            "common_neighbours": common,
            "adamic_adar": _dots(self._adamic, self._adamic, actor, target),
            "resource_allocation": _dots(self._allocation, self._allocation, actor, target),
            "jaccard": common / np.maximum(degree[actor] + degree[target] - common, 1),
            "preferential": np.log1p(degree[actor]) + np.log1p(degree[target]),
            "common_recent": _dots(snap.recent, snap.recent, actor, target),
            "common_sought": _dots(snap.ever, snap.ever, actor, target),
            "common_seekers": _dots(snap.ever_back, snap.ever_back, actor, target),
            "two_steps_out": _dots(snap.ever, snap.ever_back, actor, target),
            "two_steps_back": _dots(snap.ever_back, snap.ever, actor, target),
            "strength_back": np.asarray(snap.decayed[target, actor]).ravel(),
            "looks": np.asarray(snap.looks[actor, target]).ravel(),
            "looks_back": np.asarray(snap.looks[target, actor]).ravel(),
        }
        return columns | self._walks(actor, target) | self._likeness(actor, target)

    def _walks(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """Chances that a walk of two or three steps ends at the target; paths of three links."""
        walk, linked = self.snapshot.walk, self.snapshot.linked
        unique, row = np.unique(actor, return_inverse=True)
        two = (walk[unique] @ walk).tocsr()
        return {
            "walk_2": np.asarray(two[row, target]).ravel(),
            "walk_3": _row_dots(two[row], self._walk_back[target]),
            "paths_3": _row_dots((linked[unique] @ linked).tocsr()[row], linked[target]),
        }

    @cached_property
    def _walk_back(self) -> "csr_matrix":
        return self.snapshot.walk.T.tocsr()

    def _likeness(self, actor: Ints, target: Ints) -> dict[str, Floats]:
        """How alike two users are in whom they are linked to and in what they use."""
        vectors, values = self._latent
        left, right = vectors[actor], vectors[target]
        length = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        tastes, latent = self.snapshot.tastes, self._taste_latent
        return {
            "latent_product": (left * values * right).sum(axis=1),
            "latent_cubed": (left * values**3 * right).sum(axis=1),
            "latent_cosine": (left * right).sum(axis=1) / np.maximum(length, 1e-12),
            "taste_cosine": _dots(tastes, tastes, actor, target),
            "taste_latent": (latent[actor] * latent[target]).sum(axis=1),
            "common_items": _dots(self._used, self._used, actor, target),
            "friends_taste": _dots(self._friends_tastes, tastes, actor, target)
            + _dots(tastes, self._friends_tastes, actor, target),
        }


def ranked(columns: dict[str, Floats], reference: dict[str, Floats]) -> Floats:
    """
    Rows by features, each as its rank among the reference's values, 0 to 1.

    A network grows: twenty partners are many early and few late. Ranks among the pairs of the same
    day say the same on every day, so what was learned then holds now.
    """
    made = np.empty((len(next(iter(columns.values()))), len(columns)))
    for at, (name, values) in enumerate(columns.items()):
        known = np.sort(reference[name])
        below = np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")
        made[:, at] = below / (2 * max(len(known), 1))
    return made


def _scaled(matrix: "csr_matrix", per_column: Floats) -> "csr_matrix":
    from scipy.sparse import diags

    return (matrix @ diags(per_column)).tocsr()


def _count(who: Ints, n_users: int) -> Floats:
    return np.bincount(who, minlength=n_users).astype(np.float64)


def _least(who: Ints, values: Floats, n_users: int, missing: float = _NEVER) -> Floats:
    least = np.full(n_users, np.inf)
    np.minimum.at(least, who, values)
    return np.where(np.isinf(least), missing, least)


def _dots(left: "csr_matrix", right: "csr_matrix", actor: Ints, target: Ints) -> Floats:
    """Row by row products of two matrices' chosen rows."""
    return _row_dots(left[actor], right[target])


def _row_dots(left: "csr_matrix", right: "csr_matrix") -> Floats:
    return np.asarray(left.multiply(right).sum(axis=1)).ravel()
