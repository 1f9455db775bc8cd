from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ml.learners import NotAvailableError
from ml.people import _clusters, _naming, segments

AS_OF = date(2025, 6, 30)
KINDS = 3  # writers, readers, talkers


def habits(n_users: int = 300, changed: float = 0.0, as_of: date = AS_OF) -> pd.DataFrame:
    """Three kinds of people over five weeks; a share of them is drawn anew."""
    rows: list[dict[str, Any]] = []
    for number in range(n_users):
        is_changed = number < changed * n_users
        draw = np.random.default_rng([number, is_changed])
        kind = (number + is_changed) % KINDS
        days, deeds = int(draw.integers(20, 30)), int(draw.integers(200, 240))
        shares = np.full(len(segments.DEEDS), 0.02)
        shares[[0, 1, 5][kind]] = draw.uniform(0.6, 0.9)
        for back in range(5):
            row = {
                "user_id": f"u{number}",
                "lifecycle_state": ["retained", "new", "dormant"][(number + back) % 3],
                "days_since_active": 1 + (number * 7 + back) % 90,
                "n_active_days_91d": days,
                "n_active_days_365d": days + number % 40,
                "n_contents_365d": int(deeds * shares[0]),
                "n_activities_91d": deeds,
                "amount_365d": 0.0,
                "as_of_date": as_of - timedelta(days=7 * back),
            }
            deeds_done = dict(zip(segments.DEEDS, deeds * shares, strict=True))
            rows.append(row | {f"n_{deed}_91d": int(n) for deed, n in deeds_done.items()})
    return pd.DataFrame(rows)


def run(tmp_path: Path, rows: pd.DataFrame, as_of: date = AS_OF) -> dict[str, pd.DataFrame]:
    """What the learner writes."""
    written: dict[str, pd.DataFrame] = {}

    def memory(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return folder

    def write(relation: str, table: pa.Table) -> None:
        written[relation] = table.to_pandas()

    faked: Any = SimpleNamespace(
        as_of=as_of,
        read=lambda _: pa.Table.from_pandas(rows, preserve_index=False),
        write=write,
        memory=memory,
    )
    segments.learn(faked)
    return written


def behaviour(written: dict[str, pd.DataFrame]) -> "pd.Series[str]":
    members = written["user_segments"]
    return members[members["segmentation"] == "behaviour"].set_index("user_id")["segment_id"]


def test_everybody_is_in_one_group_of_each_segmentation(tmp_path: Path) -> None:
    rows = habits()
    rows.loc[rows["user_id"] == "u5", ["n_active_days_91d", "n_active_days_365d"]] = 0
    members = run(tmp_path, rows)["user_segments"]
    assert not members.duplicated(["user_id", "segmentation"]).any()
    assert members.groupby("segmentation")["user_id"].nunique().eq(300).all()
    mine = members[members["user_id"] == "u5"].set_index("segmentation")["segment_id"]
    assert (mine["value"], mine["behaviour"]) == ("absent", "quiet")


def test_people_who_act_alike_are_together_and_named_for_it(tmp_path: Path) -> None:
    written = run(tmp_path, habits())
    found = behaviour(written)
    kinds = pd.Series({user: int(user[1:]) % KINDS for user in found.index})
    assert found.nunique() >= KINDS
    for _, kind in kinds.groupby(found):
        assert (kind == kind.mode()[0]).mean() > 0.95
    words = written["segments"].set_index("segment_id")["description"]
    writers = found[kinds == 0].mode()[0]
    assert "writes" in words[writers]


def test_ids_stay_when_nothing_changed_and_when_a_few_people_did(tmp_path: Path) -> None:
    first = behaviour(run(tmp_path, habits()))
    next_day = AS_OF + timedelta(days=1)
    same = behaviour(run(tmp_path, habits(as_of=next_day), next_day))
    assert (first == same).all()
    later = AS_OF + timedelta(days=2)
    changed = behaviour(run(tmp_path, habits(changed=0.02, as_of=later), later))
    untouched = [user for user in first.index if int(user[1:]) >= 0.02 * 300]
    assert (first[untouched] == changed[untouched]).mean() >= 0.95


def test_a_day_run_twice_ends_the_same(tmp_path: Path) -> None:
    one, other = run(tmp_path, habits()), run(tmp_path, habits())
    for relation, rows in one.items():
        pd.testing.assert_frame_equal(rows, other[relation])


def test_transitions_add_up_to_who_was_there_and_know_who_stayed(tmp_path: Path) -> None:
    """Each user is retained, new, dormant in turn, so all 100 of a state move on together."""
    moved = run(tmp_path, habits())["segment_transitions"]
    lifecycle = moved[moved["segmentation"] == "lifecycle"]
    assert len(lifecycle) == 4 * 3
    assert set(lifecycle["n_users"]) == {100}
    assert set(lifecycle["share_of_from"]) == {1.0}
    totals = moved.groupby(["segmentation", "from_segment_id", "to_date"])["share_of_from"].sum()
    assert np.allclose(totals, 1)


def test_value_groups_follow_recency_frequency_and_worth(tmp_path: Path) -> None:
    rows = habits()
    best = rows["user_id"] == "u0"
    rows.loc[best, ["days_since_active", "n_active_days_365d", "n_contents_365d"]] = [1, 365, 9999]
    lost = rows["user_id"] == "u1"
    rows.loc[lost, ["days_since_active", "n_active_days_365d", "n_contents_365d"]] = [
        360,
        364,
        9998,
    ]
    gone = rows["user_id"] == "u2"
    rows.loc[gone, ["days_since_active", "n_active_days_365d", "n_contents_365d"]] = [364, 1, 0]
    members = run(tmp_path, rows)["user_segments"]
    value = members[members["segmentation"] == "value"].set_index("user_id")["segment_id"]
    assert (value["u0"], value["u1"], value["u2"]) == ("champions", "at_risk", "hibernating")


def test_where_most_came_once_who_came_once_lately_is_promising(tmp_path: Path) -> None:
    """Seven in ten share the lowest count: they stand in the middle of it, not at its upper end."""
    rows = habits()
    place = rows["user_id"].str[1:].astype(int)
    once = place % 10 < 7
    rows.loc[once, ["n_active_days_365d", "n_contents_365d"]] = [1, 1]
    rows.loc[place == 1, "days_since_active"] = 1
    members = run(tmp_path, rows)["user_segments"]
    value = members[members["segmentation"] == "value"].set_index("user_id")["segment_id"]
    assert value["u1"] == "promising"


@pytest.mark.parametrize("recency", range(1, 6))
@pytest.mark.parametrize("doubled_strength", range(2, 11))
def test_the_value_groups_leave_no_gap_and_do_not_overlap(
    recency: int, doubled_strength: int
) -> None:
    strength = doubled_strength / 2
    fits = [
        name
        for name, (lowest, highest, low, high, _) in segments.VALUE.items()
        if lowest <= recency <= highest
        and low <= strength
        and (strength < high or high == strength == 5.0)
    ]
    assert len(fits) == 1


def test_too_few_people_are_not_clustered(tmp_path: Path) -> None:
    assert set(behaviour(run(tmp_path, habits(20)))) == {"active"}


def test_a_network_without_anybody_is_not_available(tmp_path: Path) -> None:
    with pytest.raises(NotAvailableError, match="nobody"):
        run(tmp_path, habits(1).iloc[:0])


def test_every_feature_has_its_words() -> None:
    wanted = {"active_days", "activities_per_day", *(f"share_{deed}" for deed in segments.DEEDS)}
    assert set(_naming.phrases()) == wanted


def test_names_of_clusters_differ() -> None:
    centres = np.array([[2.0, 0.1, 0.0], [2.1, 0.2, 0.0], [-1.0, 0.0, 0.5]])
    features = ("active_days", "share_views", "share_contents")
    named = _naming.names(features, centres)
    assert len(set(named)) == 3
    assert named[0].startswith("comes often")


def test_a_cluster_that_lost_everybody_keeps_its_place() -> None:
    draw = np.random.default_rng(0)
    near = draw.normal(0, 0.1, (200, 2))
    before = _clusters.Clusters(
        ("a", "b"), np.zeros(2), np.ones(2), np.array([[0.0, 0.0], [50.0, 50.0]])
    )
    after = _clusters.find(("a", "b"), near, before)
    assert after.centres[1].tolist() == [50.0, 50.0]
    assert set(after.assign(near)) == {0}
