"""What tells of one user whether links will begin or arrive, as of a snapshot."""

import numpy as np

from ml.graph._products import products
from ml.graph._snapshot import Snapshot
from ml.graph._ties import Floats, Ints

_NEVER = 3650.0  # days since what never happened


def describe_users(snap: Snapshot) -> dict[str, Floats]:
    """How busy, sought and new each user is, how open to strangers, and how close a circle."""
    acts, n = snap.acts, snap.n_users
    first_actor, first_target, first_age = _firsts(snap)
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
    return columns | _circles(snap)


def _firsts(snap: Snapshot) -> tuple[Ints, Ints, Floats]:
    """Actor, target and age of the first act of each ordered pair."""
    acts = snap.acts
    keys = acts.actor * snap.n_users + acts.target
    order = np.lexsort((acts.day, keys))
    starts = order[np.diff(keys[order], prepend=-1) > 0]
    return acts.actor[starts], acts.target[starts], snap.age[starts]


def _circles(snap: Snapshot) -> dict[str, Floats]:
    """
    How many pairs among a user's links are linked, and how alike in taste user and links are.

    The first is the clustering coefficient of Watts and Strogatz (1998); both are shares, 0 to 1.
    """
    linked, n = snap.linked, snap.n_users
    degree = np.diff(linked.indptr)
    one, other = np.repeat(np.arange(n), degree), linked.indices.astype(np.int64)
    # Each link once, laid out from the end that has more.
    chosen = (degree[one] > degree[other]) | ((degree[one] == degree[other]) & (one < other))
    one, other = one[chosen], other[chosen]
    closed = products({"it": linked.__getitem__}, linked, one, other)["it"]
    alike = products({"it": snap.tastes.__getitem__}, snap.tastes, one, other)["it"]

    def total(values: Floats) -> Floats:
        both = np.bincount(one, values, n) + np.bincount(other, values, n)
        return both.astype(np.float64)

    return {
        "clustering": total(closed) / np.maximum(degree * (degree - 1), 1),
        "likeness_of_links": total(alike) / np.maximum(degree, 1),
    }


def _count(who: Ints, n_users: int) -> Floats:
    return np.bincount(who, minlength=n_users).astype(np.float64)


def _least(who: Ints, values: Floats, n_users: int, missing: float = _NEVER) -> Floats:
    least = np.full(n_users, np.inf)
    np.minimum.at(least, who, values)
    return np.where(np.isinf(least), missing, least)
