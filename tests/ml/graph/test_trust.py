import numpy as np
import pytest
from scipy.sparse import csr_matrix, lil_matrix

from ml.graph import _trust

N = 400
RING = np.arange(N, N + 20)
FAVOURITE = N + 20


def society(is_linked: bool) -> tuple[csr_matrix, np.ndarray]:
    """400 users who like some others, and 20 accounts of one hand with one that they push."""
    generator = np.random.default_rng(5)
    ties = lil_matrix((N + 21, N + 21))
    for user in range(N):
        for other in generator.choice(N, 8, replace=False):
            if other != user:
                ties[user, other] = 1 + 3 * generator.random()
    for account in RING:
        ties[account, generator.integers(0, N, 5)] = 1.0
        ties[generator.integers(0, N), account] = 1.0
        if is_linked:
            ties[account, [other for other in RING if other != account]] = 8.0
            ties[account, FAVOURITE] = 8.0
    registered = generator.integers(0, 300, N + 21).astype(float)
    registered[RING] = 290 + generator.integers(0, 3, 20)
    return ties.tocsr(), registered


def believed(is_linked: bool) -> tuple[np.ndarray, np.ndarray]:
    strength, registered = society(is_linked)
    ring = _trust.find_rings(strength, registered)
    active = np.ones(N + 21, dtype=bool)
    return ring, _trust.credibility(strength, ring, 300 - registered, active)


def test_twenty_linked_accounts_are_found_and_nobody_else() -> None:
    ring, _ = believed(is_linked=True)
    assert np.flatnonzero(ring >= 0).tolist() == RING.tolist()
    assert len(set(ring[RING].tolist())) == 1
    assert (believed(is_linked=False)[0] < 0).all()


def test_linking_up_raises_no_credibility_by_more_than_a_point() -> None:
    before, after = believed(is_linked=False)[1], believed(is_linked=True)[1]
    raised = np.nan_to_num(after) - np.nan_to_num(before)
    assert raised[RING].max() <= 1
    assert raised[FAVOURITE] <= 1


def test_without_the_discount_the_ring_would_have_raised_it() -> None:
    strength, registered = society(is_linked=True)
    active = np.ones(N + 21, dtype=bool)
    alone = _trust.credibility(strength, np.full(N + 21, -1), 300 - registered, active)
    assert alone[FAVOURITE] - believed(is_linked=True)[1][FAVOURITE] > 1


def test_an_old_circle_of_friends_whom_others_seek_is_no_ring() -> None:
    strength, registered = society(is_linked=True)
    registered[RING] = np.linspace(0, 290, 20)
    sought = strength.tolil()
    generator = np.random.default_rng(6)
    for user in range(N):
        sought[user, generator.choice(RING, 6, replace=False)] = 6.0
    assert (_trust.find_rings(sought.tocsr(), registered) < 0).all()


def test_a_ring_that_one_chance_pair_joins_to_a_crowd_is_a_group_of_its_own() -> None:
    crowd = np.arange(300)
    close = lil_matrix((320, 320))
    for step in (1, 2, 3):
        close[crowd, (crowd + step) % 300] = 1
    close[300:, 300:] = 1 - np.eye(20)
    close[0, 300] = 1
    both = close.maximum(close.T).tocsr()
    assert len(set(_trust._groups(both, largest=1000).tolist())) == 1
    group = _trust._groups(both, largest=200)
    assert np.flatnonzero(group == group[310]).tolist() == list(range(300, 320))


def test_who_is_endorsed_by_nobody_has_no_credibility() -> None:
    _, found = believed(is_linked=False)
    assert np.isnan(found[FAVOURITE])
    known = found[~np.isnan(found)]
    assert known.min() >= 0
    assert known.max() <= 100


def test_a_network_without_endorsements_knows_nobodys_credibility() -> None:
    nothing = csr_matrix((5, 5))
    found = _trust.credibility(nothing, np.full(5, -1), np.zeros(5), np.ones(5, dtype=bool))
    assert found == pytest.approx(np.full(5, np.nan), nan_ok=True)
