"""Finds accounts that mostly endorse one another, so that a ring of them does not speak as many.

Two accounts are linked when they endorse each other and are endorsed by nearly the same few: five
or more in common, and a quarter of all who endorse either. Groups of linked accounts that receive
at least half of their endorsements from inside are rings. Friends endorse each other too, but each
also has an audience of their own.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]

FEWEST_IN_COMMON, SHARED_AUDIENCE, INSIDE_SHARE, SMALLEST_RING = 5, 0.25, 0.5, 3
_PAIRS_AT_ONCE = 200_000


def find_rings(giver: Ints, receiver: Ints, times: Ints, accounts: int) -> Ints:
    """For accounts 0..n-1 the number of their ring, -1 for those in none.

    `giver`, `receiver` and `times` are who endorsed whom and how often, one entry per pair.
    """
    given = sparse.csr_matrix((times, (receiver, giver)), shape=(accounts, accounts), dtype=float)
    given.setdiag(0)
    given.eliminate_zeros()
    linked = _linked_pairs(given)
    _, group = connected_components(linked, directed=False)
    group = group.astype(np.int64)
    inside, total = _received(given, group)
    size = np.bincount(group)
    is_ring = (size >= SMALLEST_RING) & (inside >= INSIDE_SHARE * total) & (total > 0)
    return np.where(is_ring[group], group, -1)


def _linked_pairs(given: sparse.csr_matrix) -> sparse.csr_matrix:
    """Pairs who endorse each other and share their audience."""
    audience = given.copy()
    audience.data[:] = 1.0
    mutual = sparse.triu(audience.multiply(audience.T), k=1).tocoo()
    one, other = mutual.row, mutual.col
    # Each belongs to the own audience too: what a pair gives each other counts as shared.
    audience = (audience + sparse.identity(audience.shape[0])).tocsr()
    size = np.asarray(audience.sum(axis=1)).ravel()
    shared = np.zeros(len(one))
    for start in range(0, len(one), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        both = audience[one[part]].multiply(audience[other[part]])
        shared[part] = np.asarray(both.sum(axis=1)).ravel()
    kept = shared >= FEWEST_IN_COMMON
    kept &= shared >= SHARED_AUDIENCE * (size[one] + size[other] - shared)
    entries = (np.ones(int(kept.sum())), (one[kept], other[kept]))
    return sparse.csr_matrix(entries, shape=given.shape)


def _received(
    given: sparse.csr_matrix, group: Ints
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Endorsements that each group received from inside, and in all."""
    entries = given.tocoo()
    own = group[entries.row] == group[entries.col]
    groups = int(group.max()) + 1 if len(group) else 0
    inside, total = np.zeros(groups), np.zeros(groups)
    np.add.at(inside, group[entries.row[own]], entries.data[own])
    np.add.at(total, group[entries.row], entries.data)
    return inside, total
