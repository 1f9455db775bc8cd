import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from ml.graph import _topics
from ml.graph._communities import NO_PAST, Found, Past, find_communities, shapes

N, GROUPS = 600, 6
TRUTH = np.arange(N) % GROUPS
USERS = pa.array([f"u{user:04d}" for user in range(N)])


def planted(truth: np.ndarray = TRUTH, seed: int = 1) -> csr_matrix:
    """Twelve ties each, three of four within the own group."""
    generator = np.random.default_rng(seed)
    rows = np.repeat(np.arange(len(truth)), 12)
    near = generator.random(len(rows)) < 0.75
    columns = generator.integers(0, len(truth), len(rows))
    for group in np.unique(truth):
        own = near & (truth[rows] == group)
        columns[own] = generator.choice(np.flatnonzero(truth == group), own.sum())
    made = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(truth), len(truth)))
    made.setdiag(0)
    made.eliminate_zeros()
    return made


def changed(strength: csr_matrix, share: float, seed: int) -> csr_matrix:
    """The same with a share of its ties led elsewhere."""
    generator = np.random.default_rng(seed)
    coo = strength.tocoo()
    moved = generator.random(coo.nnz) < share
    column = np.where(moved, generator.integers(0, strength.shape[0], coo.nnz), coo.col)
    return csr_matrix((coo.data, (coo.row, column)), shape=strength.shape)


def past_of(found: Found) -> Past:
    return Past(USERS, found.community, found.highest)


@pytest.fixture(scope="module")
def first() -> Found:
    return find_communities(planted(), USERS, NO_PAST)


def test_planted_communities_are_found(first: Found) -> None:
    assert adjusted_rand_score(TRUTH, first.community) > 0.9
    assert set(first.change.values()) == {"born"}


def test_unchanged_data_keep_every_id(first: Found) -> None:
    again = find_communities(planted(), USERS, past_of(first))
    assert (again.community == first.community).mean() == 1.0
    assert set(again.change.values()) == {"kept"}


@pytest.mark.parametrize("seed", range(3))
def test_two_per_cent_of_changes_keep_nearly_all_ids(first: Found, seed: int) -> None:
    again = find_communities(changed(planted(), 0.02, seed), USERS, past_of(first))
    assert set(again.change.values()) == {"kept"}
    assert (again.community == first.community).mean() >= 0.95


def test_a_run_done_again_finds_the_same(first: Found) -> None:
    assert (find_communities(planted(), USERS, NO_PAST).community == first.community).all()


def test_two_that_become_one_are_merged_and_one_that_falls_apart_is_split(first: Found) -> None:
    joined = np.where(TRUTH == 1, 0, TRUTH)
    merged = find_communities(planted(joined), USERS, past_of(first))
    takers = [name for name, change in merged.change.items() if change == "merged"]
    assert len(takers) == 1
    assert len(merged.merged_from[takers[0]]) == 1
    apart = find_communities(planted(), USERS, past_of(merged))
    parts = [name for name, change in apart.change.items() if change == "split"]
    assert [apart.split_from[part] for part in parts] == takers
    assert min(parts) > first.highest


def test_the_shape_of_a_community_is_what_can_be_counted_by_hand() -> None:
    ties = np.zeros((5, 5))
    ties[0, 1] = ties[1, 2] = ties[2, 0] = ties[2, 3] = ties[3, 4] = 1.0
    found = shapes(csr_matrix(ties), np.array([7, 7, 7, 9, 9]))
    assert (found[7].n_users, found[7].n_ties, found[7].density) == (3, 3, 1.0)
    assert found[9].conductance == pytest.approx(1 / 3)


def test_a_community_is_named_by_what_others_do_not_talk_of() -> None:
    users = pa.array([f"u{number}" for number in range(8)])
    rows = [
        (f"u{number}", f"t{number}", ["news", "cats" if number < 4 else "dogs"])
        for number in range(8)
    ]
    contents = pa.table(
        {
            "author_id": [row[0] for row in rows],
            "root_id": [row[1] for row in rows],
            "title": pa.array(["Which cats?" if row[2][1] == "cats" else None for row in rows]),
            "tags": pa.array([row[2] for row in rows], pa.list_(pa.string())),
        }
    )
    used, tags = _topics.tag_users(contents, users)
    found = _topics.top_tags(used, tags, np.array([0] * 4 + [1] * 4))
    assert found == {0: ["cats"], 1: ["dogs"]}
    untagged = contents.set_column(3, "tags", pa.array([None] * 8, pa.list_(pa.string())))
    used, tags = _topics.tag_users(untagged, users)
    assert tags == ["cats"]  # words of titles, where the network has no tags
    assert _topics.label(["visas", "trains", "food", "maps"], 9) == "visas, trains and food"
