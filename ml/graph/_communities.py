"""Communities of the network, under ids that last from release to release."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ml.graph._ties import Floats, Ints, declared, places

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_SAME = 0.3  # of the smaller one's users that must be shared for an id to live on
_PART = 0.5  # of a community's users that make it come from, or go to, another


@dataclass(frozen=True)
class Past:
    """Who was in which community at the last release, and the highest id ever given."""

    users: pa.Array
    community: Ints
    highest: int


NO_PAST = Past(pa.array([], pa.string()), np.array([], dtype=np.int64), 0)


@dataclass(frozen=True)
class Found:
    """The community id of each user (-1 for none), and what became of every community."""

    community: Ints
    change: Mapping[int, str]
    merged_from: Mapping[int, list[int]]
    split_from: Mapping[int, int]
    highest: int


def find_communities(strength: "csr_matrix", users: pa.Array, past: Past) -> Found:
    """Leiden communities (Traag, Waltman and van Eck 2019) of both ways' strength, ids matched."""
    before = np.full(len(users), -1)
    if len(past.users):
        at = places(users, pa.chunked_array([past.users]))
        before[at[at >= 0]] = past.community[at >= 0]
    labels = _detect(strength, before)
    return _named(labels, before, past.highest)


def _detect(strength: "csr_matrix", before: Ints) -> Ints:
    """
    Labels from 0 on, -1 for users of communities that are too small.

    The last communities hold on, as in Chakrabarti, Kumar and Tomkins (2006), until afresh a
    partition is found that is better by more than the patience.
    """
    from sknetwork.clustering import get_modularity

    rules = declared().communities
    both = _both_ways(strength)
    tied = np.flatnonzero(np.diff(both.indptr))
    labels = np.full(len(before), -1)
    if not len(tied):
        return labels
    graph = both[tied][:, tied].tocsr()
    found = _leiden(graph)
    if (before[tied] >= 0).any():
        held = _leiden(_with_memory(graph, before[tied], rules.stickiness))[: len(tied)]
        best = get_modularity(graph, found, resolution=rules.resolution)
        if get_modularity(graph, held, resolution=rules.resolution) >= best - rules.patience:
            found = held
    sizes = np.bincount(found)
    large = sizes[found] >= rules.smallest
    _, labels[tied[large]] = np.unique(found[large], return_inverse=True)
    return labels


def _leiden(graph: "csr_matrix") -> Ints:
    from sknetwork.clustering import Leiden

    rules = declared().communities
    labels: Ints = Leiden(resolution=rules.resolution, random_state=0).fit_predict(graph)
    return labels


def _both_ways(strength: "csr_matrix") -> "csr_matrix":
    both = (strength + strength.T).tocsr()
    both.data = np.log1p(both.data)
    return both


def _with_memory(both: "csr_matrix", before: Ints, stickiness: float) -> "csr_matrix":
    """Every user tied, lightly, to a point that stands for the user's last community."""
    from scipy.sparse import bmat, csr_matrix

    held = np.flatnonzero(before >= 0)
    if not len(held):
        return both
    names, point = np.unique(before[held], return_inverse=True)
    weight = stickiness * np.asarray(both.sum(axis=1)).ravel()[held]
    link = csr_matrix((weight, (held, point)), shape=(both.shape[0], len(names)))
    return bmat([[both, link], [link.T, None]], format="csr")


def _named(labels: Ints, before: Ints, highest: int) -> Found:
    """Give each label the id of the past community that it shares most with, else a new one."""
    from scipy.optimize import linear_sum_assignment

    n_labels = labels.max(initial=-1) + 1
    old, place = np.unique(before[before >= 0], return_inverse=True)
    shared = np.zeros((n_labels, len(old)))
    both = (labels >= 0) & (before >= 0)
    np.add.at(shared, (labels[both], np.searchsorted(old, before[both])), 1)
    old_sizes, sizes = np.bincount(place, minlength=len(old)), np.bincount(labels[labels >= 0])
    ids = np.full(n_labels, -1)
    for row, column in zip(*linear_sum_assignment(-shared), strict=True):
        if shared[row, column] >= _SAME * min(sizes[row], old_sizes[column]):
            ids[row] = old[column]
    fresh = np.flatnonzero(ids < 0)
    ids[fresh] = highest + 1 + np.arange(len(fresh))
    change, merged, split = _history(ids, shared, old, old_sizes, sizes)
    community = np.where(labels >= 0, ids[labels], -1) if n_labels else labels
    return Found(community, change, merged, split, highest + len(fresh))


def _history(
    ids: Ints, shared: Floats, old: Ints, old_sizes: Ints, sizes: Ints
) -> tuple[dict[int, str], dict[int, list[int]], dict[int, int]]:
    """What each community is to those before: born, kept, merged from others or split from one."""
    change, merged, split = {}, {}, {}
    gone = ~np.isin(old, ids)
    for label, each in enumerate(ids.tolist()):
        row = shared[label] if len(old) else np.zeros(0)
        taken = old[gone & (row >= _PART * old_sizes)].tolist()
        if each in old:
            change[each] = "merged" if taken else "kept"
            merged[each] = taken
        elif row.max(initial=0) >= _PART * sizes[label]:
            change[each] = "split"
            split[each] = int(old[row.argmax()])
        else:
            change[each] = "born"
    return change, merged, split


@dataclass(frozen=True)
class Shape:
    """Users, ties within, their density, and the share of strength that leaves the community."""

    n_users: int
    n_ties: int
    density: float
    conductance: float | None


def shapes(strength: "csr_matrix", community: Ints) -> dict[int, Shape]:
    """The shape of every community, by its id; conductance as Shi and Malik (2000)."""
    coo = (strength + strength.T).tocoo()
    names = np.unique(community[community >= 0])
    own, other = community[coo.row], community[coo.col]
    inside = (own == other) & (own >= 0)
    at = np.searchsorted(names, own[own >= 0])
    volume = np.bincount(at, weights=coo.data[own >= 0], minlength=len(names))
    within = np.searchsorted(names, own[inside])
    kept = np.bincount(within, weights=coo.data[inside], minlength=len(names))
    ties = np.bincount(within, minlength=len(names)) // 2
    users = np.bincount(np.searchsorted(names, community[community >= 0]), minlength=len(names))
    total = coo.data.sum()
    found = {}
    for place, name in enumerate(names.tolist()):
        n = int(users[place])
        smaller = min(volume[place], total - volume[place])
        leaves = float((volume[place] - kept[place]) / smaller) if smaller > 0 else None
        density = float(2 * ties[place] / (n * (n - 1))) if n > 1 else 0.0
        found[name] = Shape(n, int(ties[place]), density, leaves)
    return found
