"""Whom a user might be tied to next: near by links, by looks, by threads, and by community."""

from typing import TYPE_CHECKING

import numpy as np

from ml.graph._snapshot import Snapshot, binary
from ml.graph._ties import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CHUNK = 500
_WELL_KNOWN = 20  # of each community, and of all
_LIGHT = 1e-6  # so that who is only well known comes after who is near


def find(snapshot: Snapshot, community: Ints, users: Ints, per_user: int) -> tuple[Ints, Ints]:
    """Pairs of a user and a candidate on whom the user never acted, ordered by user."""
    actors, targets = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    ways = _ways(snapshot, community)
    for start in range(0, len(users), _CHUNK):
        some = users[start : start + _CHUNK]
        near = (_steps(snapshot, community, some) @ ways).tocsr()
        near.data[np.isneginf(near.data)] = 0.0
        rows, columns = _strongest(near, per_user)
        actors.append(some[rows])
        targets.append(columns)
    return np.concatenate(actors), np.concatenate(targets)


def _ways(snapshot: Snapshot, community: Ints) -> "csr_matrix":
    """
    Where a first step leads, to be multiplied with `_steps`, stacked so that one product adds all.

    One step along links, who acted or was looked at itself, the threads' users, the well known of a
    community; and nowhere for whom the user has acted on.
    """
    from scipy.sparse import identity, vstack

    stay = identity(snapshot.n_users, format="csr")
    return vstack(
        [
            snapshot.walk,
            stay,
            0.1 * snapshot.tastes.T.tocsr(),
            _well_known(snapshot, community),
            stay * -np.inf,
        ],
        format="csr",
    )


def _steps(snapshot: Snapshot, community: Ints, users: Ints) -> "csr_matrix":
    """The first steps of some users, beside each other in the order of `_ways`."""
    from scipy.sparse import csr_matrix, hstack

    each = np.arange(len(users))
    n_known = community.max(initial=-1) + 2
    row = community[users] % n_known  # the last for those of no community, who are at -1
    known = csr_matrix((np.ones(len(users)), (each, row)), shape=(len(users), n_known))
    return hstack(
        [
            snapshot.walk[users],
            _evened(snapshot.ever_back[users]) + _evened(snapshot.looks[users]),
            snapshot.tastes[users],
            known,
            binary(snapshot.ever[users] + _themselves(users, snapshot.n_users)),
        ],
        format="csr",
    )


def _themselves(users: Ints, n_users: int) -> "csr_matrix":
    from scipy.sparse import csr_matrix

    rows = np.arange(len(users))
    return csr_matrix((np.ones(len(users)), (rows, users)), shape=(len(users), n_users))


def _evened(rows: "csr_matrix") -> "csr_matrix":
    """Rows that sum to 1, or to nothing."""
    from scipy.sparse import diags

    total = np.asarray(rows.sum(axis=1)).ravel()
    return (diags(1 / np.maximum(total, 1e-12)) @ rows).tocsr()


def _well_known(snapshot: Snapshot, community: Ints) -> "csr_matrix":
    """Per community, and last for those of none, those on whom most have acted."""
    from scipy.sparse import lil_matrix

    fame = np.diff(snapshot.ever_back.indptr).astype(np.float64)
    found = lil_matrix((community.max(initial=-1) + 2, snapshot.n_users))
    for row in range(found.shape[0]):
        of_row = (
            np.flatnonzero(community == row) if row < found.shape[0] - 1 else np.arange(len(fame))
        )
        best = of_row[np.argsort(-fame[of_row], kind="stable")[:_WELL_KNOWN]]
        found[row, best] = _LIGHT * fame[best] / max(fame.max(initial=0), 1)
    return found.tocsr()


def _strongest(near: "csr_matrix", count: int) -> tuple[Ints, Ints]:
    """Row and column of each row's largest values, the largest first."""
    near.eliminate_zeros()
    lengths = np.diff(near.indptr)
    floor = np.full(len(lengths), -np.inf)
    for at in np.flatnonzero(lengths > count):  # sorting only what can be among the largest
        values = near.data[near.indptr[at] : near.indptr[at + 1]]
        floor[at] = np.partition(values, len(values) - count)[len(values) - count]
    kept = near.data >= np.repeat(floor, lengths)
    row = np.repeat(np.arange(len(lengths)), lengths)[kept]
    column, value = near.indices[kept].astype(np.int64), near.data[kept]
    order = np.lexsort((column, -value, row))
    place = np.arange(len(order)) - np.searchsorted(row[order], row[order])
    first = order[place < count]
    return row[first], column[first]


def best(actor: Ints, score: Floats, count: int) -> Ints:
    """The rows of each actor's highest scores, by actor and then from the highest down."""
    order = np.lexsort((-score, actor))
    place = np.arange(len(order)) - np.searchsorted(actor[order], actor[order])
    chosen: Ints = order[place < count]
    return chosen
