"""Whose word counts: rings of linked accounts found, and trust carried from established users."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.graph._standing import pagerank
from ml.graph._ties import Bools, Floats, Ints, declared

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_OVERLAP = 0.5  # of mutual contacts that two accounts of one hand share
_TOGETHER = 0.01  # chance below which dates of registration lie oddly close
_STRAGGLER = 0.3  # of a ring that must endorse an account for it to be of the ring
_CAP = 10.0  # strength beyond which more of the same endorses no more
_DRAWS = 500
_SEED = 20240229


@dataclass(frozen=True)
class Standing:
    """Per user: the ring (-1 for none) and the credibility, nan where nothing is known."""

    ring: Ints
    credibility: Floats


def find_rings(strength: "csr_matrix", registered_day: Floats) -> Ints:
    """
    The ring of each user, -1 for none: groups dense with mutual ties, little sought from outside.

    A group is taken for a ring when its members are tied to most of one another and most of what
    they receive comes from the group, or a good part of it where they also registered together.
    """
    rules = declared().rings
    ring = np.full(strength.shape[0], -1)
    component = _groups(_close_pairs(strength), rules.largest)
    sizes = np.bincount(component)
    candidates = np.flatnonzero((sizes >= rules.smallest) & (sizes <= rules.largest))
    order = np.argsort(component, kind="stable")
    starts = np.searchsorted(component[order], candidates)
    received = np.asarray(strength.sum(axis=0)).ravel()
    found = 0
    for start, size in zip(starts, sizes[candidates], strict=True):
        members = order[start : start + size]
        inside = strength[members][:, members]
        density = inside.nnz / (size * (size - 1))
        share = inside.sum() / received[members].sum()
        together = _registered_together(registered_day[members], registered_day)
        wanted = rules.inside_share_if_together if together else rules.inside_share
        if density >= rules.density and share >= wanted:
            ring[members] = found
            found += 1
    return _with_stragglers(strength, ring)


def _groups(close: "csr_matrix", largest: int) -> Ints:
    """
    The number of each user's group: who is joined by close pairs, in parts where they are too many.

    One pair that looks close by chance joins a ring to a crowd, in which nobody would look for it.
    """
    from scipy.sparse.csgraph import connected_components
    from sknetwork.clustering import Leiden

    _, component = connected_components(close, directed=False)
    group: Ints = np.asarray(component, dtype=np.int64)
    for crowd in np.flatnonzero(np.bincount(group) > largest):
        members = np.flatnonzero(group == crowd)
        part = Leiden(random_state=0).fit_predict(close[members][:, members])
        group[members] = group.max() + 1 + part
    return group


def _with_stragglers(strength: "csr_matrix", ring: Ints) -> Ints:
    """Add to a ring the accounts that receive most of what they receive from it."""
    received = np.asarray(strength.sum(axis=0)).ravel()
    grown = ring.copy()
    for each in np.unique(ring[ring >= 0]):
        members = np.flatnonzero(ring == each)
        given = strength[members]
        from_ring = np.asarray(given.sum(axis=0)).ravel()
        endorsers = np.bincount(given.indices, minlength=len(ring))
        joins = (from_ring >= declared().rings.inside_share * received) & (ring < 0)
        joins &= endorsers >= max(len(members) * _STRAGGLER, 2)
        joins &= np.asarray(strength[:, members].sum(axis=1)).ravel() > 0  # gives as it receives
        grown[joins] = each
    return grown


def _close_pairs(strength: "csr_matrix") -> "csr_matrix":
    """Pairs with mutual ties, most of whose mutual contacts are the same."""
    largest = declared().rings.largest
    mutual = strength.astype(bool).astype(np.float64)
    mutual = mutual.multiply(mutual.T).tocsr()
    few = np.diff(mutual.indptr) <= largest  # who has more is no ring's account, but costs most
    keep = few.astype(np.float64)
    from scipy.sparse import diags

    mutual = (diags(keep) @ mutual @ diags(keep)).tocsr()
    mutual.eliminate_zeros()
    degree = np.diff(mutual.indptr)
    common = (mutual @ mutual).multiply(mutual).tocoo()
    smaller = np.minimum(degree[common.row], degree[common.col]) - 1
    close = (common.data >= 2) & (common.data >= _OVERLAP * smaller)
    common.data = close.astype(np.float64)
    pairs = common.tocsr()
    pairs.eliminate_zeros()
    return pairs


def _registered_together(members: Floats, everyone: Floats) -> bool:
    """Whether the middle of the group registered within a span that chance would rarely give."""
    members, everyone = members[~np.isnan(members)], everyone[~np.isnan(everyone)]
    if len(members) < 3:
        return False
    drawn = np.random.default_rng(_SEED).choice(everyone, (_DRAWS, len(members)))
    spans = np.subtract(*np.quantile(drawn, (0.9, 0.1), axis=1))
    own = np.subtract(*np.quantile(members, (0.9, 0.1)))
    return bool((spans <= own).mean() < _TOGETHER)


def credibility(strength: "csr_matrix", ring: Ints, days_known: Floats, is_active: Bools) -> Floats:
    """
    0 to 100: how much trust reaches a user who is endorsed, from users who are established.

    Trust sets out from established users (Gyöngyi, Garcia-Molina and Pedersen 2004; Cao and others
    2012) and follows endorsements, each capped. A ring's endorsements of itself are left out, and
    all of its accounts together endorse others as one. x times the mean trust gives 100 x / (x+1).
    """
    rules = declared().trust
    endorsed = _discounted(strength, ring)
    endorsers = np.diff(endorsed.tocsc().indptr)
    seeds = (days_known >= rules.established_days) & (endorsers >= rules.endorsers)
    seeds &= (ring < 0) & is_active
    if not seeds.any():
        seeds = (ring < 0) & (endorsers > 0)
    if not seeds.any():
        return np.full(len(ring), np.nan)
    trust = pagerank(endorsed, seeds.astype(np.float64), rules.damping)
    trust = np.where(ring >= 0, trust / _sizes(ring), trust)
    times_mean = trust * len(ring)
    return np.where((endorsers > 0) | seeds, 100 * times_mean / (times_mean + 1), np.nan)


def _sizes(ring: Ints) -> Floats:
    """The size of each user's ring, 1 for who is in none."""
    counted = np.bincount(ring[ring >= 0], minlength=1)
    return np.where(ring >= 0, counted[np.maximum(ring, 0)], 1).astype(np.float64)


def _discounted(strength: "csr_matrix", ring: Ints) -> "csr_matrix":
    """Endorsements capped, none within a ring; what a ring gives outside comes from one of it."""
    from scipy.sparse import csr_matrix

    coo = strength.tocoo()
    inside = (ring[coo.row] >= 0) & (ring[coo.row] == ring[coo.col])
    row, column = coo.row[~inside], coo.col[~inside]
    values = np.minimum(coo.data[~inside], _CAP)
    first = np.arange(len(ring))
    for each in np.unique(ring[ring >= 0]):
        members = np.flatnonzero(ring == each)
        first[members] = members[0]
    endorsed = csr_matrix((values, (first[row], column)), shape=strength.shape)
    endorsed.sum_duplicates()
    endorsed.data = np.minimum(endorsed.data, _CAP)
    return endorsed
