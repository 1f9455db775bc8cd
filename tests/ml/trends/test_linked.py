"""A ring is found, friends with audiences of their own are left alone."""

import numpy as np

from ml.trends._linked import find_rings

RING = range(20)


def _endorse(pairs: list[tuple[int, int]]) -> np.ndarray:
    giver, receiver = np.array(pairs).T
    return find_rings(giver, receiver, np.full(len(pairs), 3), 400)


def _crowd(rng: np.random.Generator) -> list[tuple[int, int]]:
    """300 people who each endorse 12 others of 100 to 399, often those who endorse them."""
    pairs = {(int(a), int(b)) for a in range(100, 400) for b in rng.integers(100, 400, 8)}
    return [(a, b) for a, b in pairs | {(b, a) for a, b in pairs if a % 3 == 0} if a != b]


def test_twenty_accounts_that_endorse_one_another_are_one_ring() -> None:
    inside = [(a, b) for a in RING for b in RING if a != b]
    ring = _endorse(inside + _crowd(np.random.default_rng(1)))
    assert len(set(ring[list(RING)])) == 1
    assert ring[0] >= 0
    assert (ring[100:] == -1).all()


def test_a_circle_of_friends_with_an_audience_is_no_ring() -> None:
    inside = [(a, b) for a in RING for b in RING if a != b]
    audience = [(int(fan), a) for a in RING for fan in range(100 + a * 10, 140 + a * 10)]
    ring = _endorse(inside + audience + _crowd(np.random.default_rng(2)))
    assert (ring == -1).all()


def test_nobody_endorsed_is_nobody_in_a_ring() -> None:
    empty = np.empty(0, dtype=np.int64)
    assert (find_rings(empty, empty, empty, 5) == -1).all()
