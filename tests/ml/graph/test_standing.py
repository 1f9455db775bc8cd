import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_matrix

from ml.graph import _standing


def drawn(n_users: int = 60, chance: float = 0.05, seed: int = 3) -> csr_matrix:
    """A random directed network with weights, with leaves and separate parts."""
    generator = np.random.default_rng(seed)
    made = np.where(generator.random((n_users, n_users)) < chance, 1 + generator.random(), 0.0)
    made = made * (1 + generator.random(made.shape))
    np.fill_diagonal(made, 0)
    made[50:] = 0
    made[:, 50:] = 0
    made[50, 51] = made[51, 52] = made[53, 54] = 1.0
    return csr_matrix(made)


@pytest.fixture
def network() -> csr_matrix:
    return drawn()


def linked(network: csr_matrix) -> csr_matrix:
    ever = network.astype(bool).astype(float)
    return ever.maximum(ever.T).tocsr()


def test_pagerank_is_that_of_networkx(network: csr_matrix) -> None:
    teleport = np.arange(1.0, 61.0)
    shares = dict(enumerate(teleport / teleport.sum()))
    graph = nx.from_scipy_sparse_array(network, create_using=nx.DiGraph)
    expected = nx.pagerank(graph, personalization=shares, dangling=shares, tol=1e-12)
    found = _standing.pagerank(network, teleport)
    assert found == pytest.approx([expected[user] for user in range(60)], abs=1e-8)
    assert found.sum() == pytest.approx(1)


def test_who_is_busy_gets_more_of_the_teleport(network: csr_matrix) -> None:
    even = np.ones(60)
    busy = even.copy()
    busy[55] = 20
    assert _standing.pagerank(network, busy)[55] > 5 * _standing.pagerank(network, even)[55]


def test_cores_are_those_of_networkx(network: csr_matrix) -> None:
    expected = nx.core_number(nx.from_scipy_sparse_array(linked(network)))
    assert _standing.cores(linked(network)).tolist() == [expected[user] for user in range(60)]


def test_betweenness_is_exact_where_the_network_is_small(network: csr_matrix) -> None:
    graph = nx.from_scipy_sparse_array(linked(network))
    expected = nx.betweenness_centrality(graph)
    found = _standing.betweenness(linked(network))
    assert found == pytest.approx([expected[user] for user in range(60)], abs=1e-12)


def test_betweenness_from_a_sample_finds_who_lies_between() -> None:
    graph = nx.barbell_graph(250, 3)
    found = _standing.betweenness(nx.to_scipy_sparse_array(graph, format="csr", dtype=float))
    assert sorted(np.argsort(-found)[:5].tolist()) == [249, 250, 251, 252, 253]


@pytest.mark.parametrize("seed", range(6))
def test_bridges_are_those_of_networkx(seed: int) -> None:
    network = linked(drawn(chance=0.03, seed=seed))
    expected = {frozenset(tie) for tie in nx.bridges(nx.from_scipy_sparse_array(network))}
    assert len(expected) > 3
    assert {frozenset(tie) for tie in zip(*_standing.bridges(network), strict=True)} == expected


def test_a_long_chain_is_all_bridges() -> None:
    chain = nx.to_scipy_sparse_array(nx.path_graph(500), format="csr", dtype=float)
    assert len(_standing.bridges(csr_matrix(chain))[0]) == 499


def test_reciprocity_is_unknown_for_who_acts_on_nobody() -> None:
    network = csr_matrix(np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]], dtype=float))
    assert _standing.reciprocity(network)[:2].tolist() == [0.5, 1.0]
    assert np.isnan(_standing.reciprocity(network)[2])


def test_participation_of_odd_shares_within_one_community_is_zero_and_not_a_hair_off() -> None:
    network = np.zeros((9, 9))
    network[0, 1:] = [0.1, 0.2, 0.7, 1 / 3, 1 / 7, 0.3, 1.1, 2.9]
    spread = network * np.linspace(0.1, 7, 50)[:, None, None]
    for one in spread:
        found = _standing.participation(csr_matrix(one), np.zeros(9, dtype=np.int64))
        assert found[0] == 0


def test_participation_is_zero_within_one_community_and_rises_with_every_other() -> None:
    network = np.zeros((7, 7))
    network[0, 1:3] = network[3, [1, 4]] = network[5, [1, 4, 6]] = 1
    community = np.array([0, 0, 0, 1, 1, 2, 2])
    found = _standing.participation(csr_matrix(network), community)
    assert found[[0, 3, 5]] == pytest.approx([0, 1 / 2, 2 / 3])
    assert np.isnan(found[1])
