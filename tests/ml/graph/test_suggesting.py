from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, random

from ml.graph import _candidates, _suggesting
from ml.graph._linking import train
from ml.graph._pairs import PairFeatures, ranked
from ml.graph._products import products
from ml.graph._snapshot import Acts, binary, take
from ml.graph._ties import number_deeds
from ml.graph._users import describe_users
from ml.graph._why import contributions, reasons
from ml.graph._world import NEVER, Accounts, World, number_changes, number_uses, ties_of
from ml.graph.connections import measure_ties

TODAY = date(2025, 7, 1)
DAY = (TODAY - date(1970, 1, 1)).days
N, GROUPS, SPAN = 160, 8, 150
AUTHORSHIPS = pa.table(
    {
        "author_id": pa.chunked_array([["u001", "u002", "u001"]], pa.string()),
        "thread_id": pa.chunked_array([["one", "one", "two"]], pa.string()),
        "n_contents": pa.chunked_array([[1, 2, 1]], pa.int64()),
        "event_date": pa.chunked_array([[date(2025, 5, 1)] * 3], pa.date32()),
        "known_date": pa.chunked_array(
            [[date(2025, 5, 1), date(2025, 5, 1), date(2025, 6, 1)]], pa.date32()
        ),
    }
)


def told(rows: list[tuple[str, str, str, int, int]]) -> pa.Table:
    """Actor, target, verb, times, days before today."""
    days = [TODAY - timedelta(days=row[4]) for row in rows]
    return pa.table(
        {
            "actor_id": pa.chunked_array([[row[0] for row in rows]], pa.string()),
            "target_id": pa.chunked_array([[row[1] for row in rows]], pa.string()),
            "verb": pa.chunked_array([[row[2] for row in rows]], pa.string()),
            "n_events": pa.chunked_array([[row[3] for row in rows]], pa.int64()),
            "event_date": pa.chunked_array([days], pa.date32()),
            "known_date": pa.chunked_array([days], pa.date32()),
        }
    )


def changes(rows: list[tuple[str, str, str, int, int, int | None]]) -> pa.Table:
    """Actor, target, verb, and days before today: when it was, was known, was taken back."""

    def days(place: int) -> pa.ChunkedArray:
        told = [None if row[place] is None else TODAY - timedelta(days=row[place]) for row in rows]
        return pa.chunked_array([told], pa.date32())

    return pa.table(
        {
            "relation_id": pa.chunked_array([[str(n) for n in range(len(rows))]], pa.string()),
            "actor_id": pa.chunked_array([[row[0] for row in rows]], pa.string()),
            "target_id": pa.chunked_array([[row[1] for row in rows]], pa.string()),
            "verb": pa.chunked_array([[row[2] for row in rows]], pa.string()),
            "known_date": days(4),
            "superseded_date": days(5),
            "occurred_at": days(3).cast(pa.timestamp("us")),
        }
    )


def world(blocks: pa.Table | None = None) -> World:
    """Users of eight groups who turn to their own group nine times in ten, for 150 days."""
    generator = np.random.default_rng(4)
    rows = []
    for day in range(SPAN, 0, -1):
        for actor in generator.choice(N, 24, replace=False):
            near = generator.integers(0, N // GROUPS) * GROUPS + actor % GROUPS
            target = near if generator.random() < 0.9 else generator.integers(0, N)
            if target != actor:
                rows.append((f"u{actor:03d}", f"u{target:03d}", "reply", 1, day))
    deeds = number_deeds(told(rows))
    everyone = np.delete(np.arange(deeds.n_users), 5)
    always = np.zeros(len(everyone), dtype=np.int64)
    return World(
        deeds=deeds,
        uses=number_uses(AUTHORSHIPS.schema.empty_table(), deeds.users),
        accounts=Accounts(everyone, always, always + NEVER),
        changes=number_changes(changes([]) if blocks is None else blocks, deeds.users),
    )


@pytest.fixture(scope="module")
def suggested(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, pa.Table, Path]:
    memory = tmp_path_factory.mktemp("memory")
    said, table = _suggesting.suggest(world(), DAY, memory)
    return said, table, memory


def numbers(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    users, others = (
        np.array([int(one[1:]) for one in table[name].to_pylist()])
        for name in ("user_id", "suggested_user_id")
    )
    return users, others


def test_suggestions_stay_mostly_within_the_planted_group(suggested: tuple) -> None:
    users, others = numbers(suggested[1])
    first = np.array(suggested[1]["rank"].to_pylist()) == 1
    assert first.sum() > 100
    assert (users % GROUPS == others % GROUPS)[first].mean() > 0.5


def test_nobody_is_suggested_whom_the_user_has_acted_on_or_who_is_closed(suggested: tuple) -> None:
    users, others = numbers(suggested[1])
    deeds = world().deeds
    acted = set(zip(deeds.actor.tolist(), deeds.target.tolist(), strict=True))
    assert not acted & set(zip(users.tolist(), others.tolist(), strict=True))
    assert 5 not in others
    assert 5 not in users
    assert (users != others).all()


def test_a_block_either_way_is_respected(suggested: tuple) -> None:
    users, others = numbers(suggested[1])
    user, other = int(users[0]), int(others[0])
    blocked = changes([(f"u{other:03d}", f"u{user:03d}", "block", 3, 3, None)])
    _, table = _suggesting.suggest(world(blocked), DAY, suggested[2])
    apart = np.unique([user * N + other, other * N + user])
    assert not np.isin(numbers(table)[0] * N + numbers(table)[1], apart).any()
    assert len(table) > 0


def test_a_longer_horizon_is_never_less_likely_and_ten_are_given_at_most(suggested: tuple) -> None:
    frame = suggested[1].to_pandas()
    assert (frame["probability_1d"] <= frame["probability_7d"]).all()
    assert (frame["probability_7d"] <= frame["probability_28d"]).all()
    assert frame["rank"].max() <= _suggesting.rules().top
    assert (frame["reasons"].str.len() <= 2).all()


def test_probabilities_come_true_on_a_later_day_in_spite_of_the_sampling(suggested: tuple) -> None:
    said = suggested[0]
    assert 0 < said["base_rate"] < 0.2
    assert said["calibration_error_28d"] < 0.25 * said["base_rate"] + 0.01


def test_the_model_is_judged_beside_the_classic_indices(suggested: tuple) -> None:
    assert {"auc", "auc_adamic_adar", "auc_preferential", "auc_gained"} <= set(suggested[0])


def test_a_run_done_again_suggests_the_same_and_a_kept_model_serves_until_it_is_old(
    suggested: tuple,
) -> None:
    said, table, memory = suggested
    assert _suggesting.suggest(world(), DAY, memory)[1].equals(table)
    assert [path.name for path in memory.glob("*.json")] == [f"{DAY}.json"]
    _suggesting.suggest(world(), DAY + 5, memory)
    assert len(list(memory.glob("*.json"))) == 1


def test_a_young_network_gets_no_suggestions_and_a_reason(tmp_path: Path) -> None:
    said, table = _suggesting.suggest(world(), DAY - 100, tmp_path)
    assert said == {"model": "too few new ties to learn from"}
    assert len(table) == 0


def test_every_feature_has_a_reason_in_words() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    snapshot = world().as_of(DAY, 28.0).snapshot
    for name in PairFeatures(snapshot).of(nothing, nothing):
        assert _suggesting._why(name)


def test_what_raised_a_pair_is_what_lightgbm_says_of_each_row() -> None:
    generator = np.random.default_rng(7)
    values = generator.integers(0, 20, (900, 6)) / 20  # ties, also with the splits
    odds = 4 * values[:, 0] * values[:, 1] - values[:, 2] + 0.3 * generator.normal(size=900)
    booster = train(values, (odds > 0.6).astype(float), [f"x{at}" for at in range(6)])
    asked = np.asarray(booster.predict(values, pred_contrib=True))[:, :-1]
    assert contributions(booster, values) == pytest.approx(asked, abs=1e-12)
    words = ["one", "one", "two", "two", "three", "three"]
    for row, told in zip(asked, reasons(booster, values, words), strict=True):
        best = [words[at] for at in np.argsort(-row) if row[at] > 0]
        assert told == list(dict.fromkeys(best))[:2]


def test_candidates_are_those_nearest_by_links_looks_and_threads_in_that_sum() -> None:
    moment = world().as_of(DAY, 28.0)
    snapshot, users = moment.snapshot, np.arange(0, moment.n_users, 7)
    generator = np.random.default_rng(2)
    threads = generator.integers(0, 40, 300), generator.integers(0, moment.n_users, 300)
    items = csr_matrix((np.ones(300), (threads[1], threads[0])), (moment.n_users, 40))
    looks = csr_matrix((np.ones(300), (threads[1], threads[1][::-1])), (moment.n_users,) * 2)
    snapshot = replace(snapshot, items=binary(items), looks=looks)
    walk, tastes = snapshot.walk.toarray(), snapshot.tastes.toarray()
    near = walk @ walk + 0.1 * tastes @ tastes.T
    for rows in (snapshot.ever_back.toarray(), looks.toarray()):
        near += rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-12)
    near[(snapshot.ever.toarray() > 0) | np.eye(len(near), dtype=bool)] = -1
    found = _candidates.find(snapshot, moment.community, users, 5)
    for user in users:
        chosen = found[1][found[0] == user]
        least = np.sort(near[user])[-5:]
        assert np.sort(near[user, chosen]) == pytest.approx(least, abs=1e-5)


def test_products_are_the_same_whichever_side_is_laid_out_and_however_small_the_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, right = (random(60, 50, 0.2, format="csr", random_state=seed) for seed in (1, 2))
    generator = np.random.default_rng(3)
    at, of = generator.integers(0, 60, 400), generator.integers(0, 60, 400)
    dense = (left.toarray()[at] * right.toarray()[of]).sum(axis=1)
    monkeypatch.setattr("ml.graph._products._FEWEST", 1)
    for cells in (1, 170, 1_000_000):
        monkeypatch.setattr("ml.graph._products._CELLS", cells)
        one = products({"it": left.__getitem__}, right, at, of)["it"]
        other = products({"it": right.__getitem__}, left, of, at)["it"]
        assert one == pytest.approx(dense)
        assert (one == other).all()


def test_a_day_without_a_stranger_does_not_make_the_others_look_as_if_more_was_left_out() -> None:
    generator = np.random.default_rng(1)
    for labels in (np.zeros(0), np.ones(3), np.array([1.0, 0.0, 0.0])):
        kept, rate = _suggesting._sample(labels, 2, generator)
        assert rate == 1.0 and len(kept) == len(labels)
    assert _suggesting._sample(np.zeros(8), 2, generator)[1] == 0.25


def test_a_day_on_which_nobody_has_a_candidate_adds_no_rows() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    columns = PairFeatures(world().as_of(DAY, 28.0).snapshot).of(nothing, nothing)
    assert ranked(columns, columns).shape == (0, len(columns))


def test_features_see_nothing_of_the_day_or_later() -> None:
    early = world().as_of(DAY - 40, 28.0).snapshot
    assert early.acts.day.max() < DAY - 40
    acts = ties_of(world().deeds)
    cut = take(acts.where(acts.day < DAY - 40), N, DAY - 40, 28.0)
    full = take(acts, N, DAY - 40, 28.0)
    pairs = np.arange(50), np.arange(50, 100)
    one, other = PairFeatures(cut).of(*pairs), PairFeatures(full).of(*pairs)
    assert all(one[name] == pytest.approx(other[name]) for name in one)


def test_ranks_say_the_same_of_a_network_that_has_grown() -> None:
    small = {"partners": np.array([1.0, 2.0, 3.0])}
    large = {"partners": np.array([10.0, 20.0, 30.0])}
    assert (ranked(small, small) == ranked(large, large)).all()


def test_a_rank_among_the_rows_themselves_is_that_among_a_copy_of_them() -> None:
    some = {"partners": np.random.default_rng(5).integers(0, 9, 200).astype(float)}
    copy = {"partners": some["partners"].copy()}
    assert (ranked(some, some) == ranked(some, copy)).all()


def test_classic_indices_are_what_a_person_counts() -> None:
    ties = [(0, 2), (1, 2), (0, 3), (1, 3), (3, 4)]
    actor, target = (np.array(side) for side in zip(*ties, strict=True))
    acts = Acts(actor, target, np.zeros(5, dtype=np.int64), np.ones(5))
    found = PairFeatures(take(acts, 5, 1, 28.0)).of(np.array([0]), np.array([1]))
    assert found["common_neighbours"] == 2
    assert found["adamic_adar"] == pytest.approx(1 / np.log(2) + 1 / np.log(3))
    assert found["paths_3"] == 0
    assert found["two_steps_out"] == 0
    assert found["common_sought"] == 2


def test_a_circle_is_as_close_and_as_alike_as_a_person_counts() -> None:
    ties = [(0, 1), (1, 2), (2, 0), (0, 3), (4, 5)]
    actor, target = (np.array(side) for side in zip(*ties, strict=True))
    acts = Acts(actor, target, np.zeros(5, dtype=np.int64), np.ones(5))
    users, items = np.array([0, 1, 2, 4]), np.array([0, 0, 1, 1])
    snapshot = take(acts, 7, 1, 28.0, used=(users, items, np.ones(4), 2))
    found = describe_users(snapshot)
    # Of the three pairs among the links of 0 one is linked, and of the links 1 alone is like it.
    assert found["clustering"] == pytest.approx([1 / 3, 1, 1, 0, 0, 0, 0])
    assert found["likeness_of_links"] == pytest.approx([1 / 3, 1 / 2, 0, 0, 0, 0, 0])


def test_a_tie_fades_by_half_in_a_half_life_and_a_follow_does_not() -> None:
    deeds = number_deeds(
        told([("a", "b", "reply", 1, 90), ("b", "a", "reply", 1, 0), ("a", "c", "follow", 1, 400)])
    )
    relations = pa.table(
        {
            "actor_id": pa.chunked_array([["a"]]),
            "target_id": pa.chunked_array([["c"]]),
            "is_following": pa.chunked_array([[True]]),
        }
    )
    rows = {
        (row["actor_id"], row["target_id"]): row
        for row in measure_ties(deeds, relations, TODAY).to_pylist()
    }
    assert rows["a", "b"]["strength"] == pytest.approx(1.5)
    assert rows["a", "b"]["strength_back"] == pytest.approx(3.0)
    assert rows["a", "b"]["reciprocity"] == pytest.approx(0.5)
    assert rows["a", "c"]["strength"] == 3.0
    assert rows["a", "c"]["last_date"] is None
    assert rows["a", "c"]["is_following"]
    assert rows["a", "b"]["share_of_actor"] == pytest.approx(1.5 / 4.5)
