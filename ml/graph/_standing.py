"""Where each user stands among the ties: rank, core, between whom, across what."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ml.graph._ties import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_DAMPING = 0.85
_CLOSE = 1e-10
_ROUNDS = 100
_BUDGET = 4e8  # ties times pivots that one estimate of betweenness may cost
_PIVOTS = (16, 256)
_SEED = 20240229


def pagerank(strength: "csr_matrix", teleport: Floats, damping: float = _DAMPING) -> Floats:
    """
    Share of a walk's time: it follows ties by strength and now and then sets out anew by teleport.

    Page, Brin, Motwani and Winograd (1999); who ties nobody sets out anew. Sums to 1.
    """
    from scipy.sparse import diags

    out = np.asarray(strength.sum(axis=1)).ravel()
    steps = (diags(1 / np.where(out > 0, out, 1)) @ strength).T.tocsr()
    start = teleport / teleport.sum()
    rank: Floats = start.copy()
    for _ in range(_ROUNDS):
        stuck = rank[out <= 0].sum()
        new = damping * (steps @ rank + stuck * start) + (1 - damping) * start
        moved = np.abs(new - rank).sum()
        rank = new
        if moved < _CLOSE:
            break
    return rank


def cores(linked: "csr_matrix") -> Ints:
    """The largest k for which a user is among users who all have k ties among them."""
    from sknetwork.topology import get_core_decomposition

    found: Ints = get_core_decomposition(linked).astype(np.int64)
    return found


def reciprocity(ever: "csr_matrix") -> Floats:
    """The share of those whom a user acts on who act back; nan for who acts on nobody."""
    mutual = np.asarray(ever.multiply(ever.T).sum(axis=1)).ravel()
    out = np.diff(ever.indptr)
    return np.where(out > 0, mutual / np.maximum(out, 1), np.nan)


def participation(strength: "csr_matrix", community: Ints) -> Floats:
    """
    1 less the sum of squared shares of a user's strength by community; 0 is all within one.

    Guimerà and Amaral (2005). Users of no community (-1) count as one community each of their own.
    """
    from scipy.sparse import csr_matrix, diags

    n_users = len(community)
    named = community.max(initial=-1) + 1
    own = np.where(community >= 0, community, named + np.arange(n_users))
    shape = (n_users, int(named) + n_users)
    member = csr_matrix((np.ones(n_users), (np.arange(n_users), own)), shape=shape)
    per_community = (strength @ member).tocsr()
    total = np.asarray(per_community.sum(axis=1)).ravel()
    shares = diags(1 / np.where(total > 0, total, 1)) @ per_community
    squares = np.asarray(shares.multiply(shares).sum(axis=1)).ravel()
    # thirds and sevenths add up to a hair off one, which is no second community
    return np.where(total > 0, (1 - squares).round(12), np.nan)


def betweenness(linked: "csr_matrix") -> Floats:
    """
    The share of shortest paths between others that pass through a user.

    Brandes (2001), from a seeded sample of pivots as Brandes and Pich (2007) where the network is
    large; exact where there are no more users than pivots.
    """
    n_users = linked.shape[0]
    if n_users < 3:
        return np.zeros(n_users)
    budget = int(np.clip(_BUDGET / max(linked.nnz, 1), *_PIVOTS))
    pivots = np.arange(n_users)
    if n_users > budget:
        pivots = np.random.default_rng(_SEED).choice(n_users, budget, replace=False)
    total = np.zeros(n_users)
    for start in range(0, len(pivots), 16):
        total += _dependencies(linked, pivots[start : start + 16])
    scaled: Floats = total * n_users / len(pivots) / ((n_users - 1) * (n_users - 2))
    return scaled


def _dependencies(linked: "csr_matrix", pivots: Ints) -> Floats:
    """How much the paths from these pivots depend on each user, breadth first and back."""
    frontier = np.zeros((linked.shape[0], len(pivots)))
    frontier[pivots, np.arange(len(pivots))] = 1
    seen = frontier > 0
    levels = [frontier]
    while True:
        frontier = linked @ frontier
        frontier[seen] = 0
        if not frontier.any():
            break
        seen |= frontier > 0
        levels.append(frontier)
    depends = np.zeros_like(levels[0])
    for at in range(len(levels) - 1, 0, -1):
        here = levels[at] > 0
        passed = np.zeros_like(depends)
        passed[here] = (1 + depends[here]) / levels[at][here]
        depends += (linked @ passed) * levels[at - 1]
    depends[pivots, np.arange(len(pivots))] = 0
    summed: Floats = depends.sum(axis=1)
    return summed


def bridges(linked: "csr_matrix") -> tuple[Ints, Ints]:
    """
    Both ends of every tie without which its two sides would be apart.

    Pritchard and Thurimella (2011): ties outside a spanning tree get random labels; a tree's tie
    whose covering labels cancel out is a bridge, but for a chance of 2^-64.
    """
    order, parent, starts = _tree(linked)
    coo = linked.tocoo()
    ends = np.stack([coo.row, coo.col]).astype(np.int64)
    outside = (ends[0] < ends[1]) & (parent[ends[0]] != ends[1]) & (parent[ends[1]] != ends[0])
    left, right = ends[:, outside]
    generator = np.random.default_rng(_SEED)
    labels = generator.integers(1, 1 << 63, len(left), dtype=np.uint64)
    covers: npt.NDArray[np.uint64] = np.zeros(linked.shape[0] + 1, dtype=np.uint64)
    np.bitwise_xor.at(covers, left, labels)
    np.bitwise_xor.at(covers, right, labels)
    for low, high in zip(starts[-2:0:-1], starts[:1:-1], strict=True):
        users = order[low:high]
        np.bitwise_xor.at(covers, parent[users], covers[users])
    root = linked.shape[0]
    cut = np.flatnonzero((covers[:root] == 0) & (parent[:root] != root) & (parent[:root] >= 0))
    return cut, parent[cut]


def _tree(linked: "csr_matrix") -> tuple[Ints, Ints, Ints]:
    """Breadth-first order, parents and where levels begin, from a root above every component."""
    from scipy.sparse import csr_matrix, vstack
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    n_users = linked.shape[0]
    _, component = connected_components(linked, directed=False)
    _, first = np.unique(component, return_index=True)
    root = csr_matrix((np.ones(len(first)), (np.zeros(len(first)), first)), shape=(1, n_users))
    whole = vstack([linked, root]).tocsr()
    whole.resize((n_users + 1, n_users + 1))
    order, parent = breadth_first_order(whole, n_users, directed=True)
    order, parent = order.astype(np.int64), parent.astype(np.int64)
    place = np.empty(n_users + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    above = place[parent[order[1:]]]
    starts = [0, 1]
    while starts[-1] < len(order):
        starts.append(1 + int(np.searchsorted(above, starts[-1])))
    return order, parent, np.array(starts)


def count_ends(ends: tuple[Ints, Ints], n_users: int) -> Ints:
    """How many of these ties each user has an end of."""
    counted: Ints = np.bincount(np.concatenate(ends), minlength=n_users)
    return counted
