"""What a past day may know: neither what came later, nor what was told or taken back later."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest

from ml.graph import _candidates
from ml.graph._suggesting import _rows, rules
from ml.graph._ties import number_deeds
from ml.graph._world import World, number_accounts, number_changes, number_uses

TODAY = date(2025, 7, 1)
DAY = (TODAY - date(1970, 1, 1)).days
PAST = 30  # days back
Told = list[tuple]


def table(rows: Told, **columns: pa.DataType) -> pa.Table:
    """Numbers in date columns are days before today."""

    def value(one: object, kind: pa.DataType) -> object:
        if kind == pa.int64() or not isinstance(one, int):
            return one
        return datetime.combine(TODAY - timedelta(days=one), time())

    return pa.table(
        {
            name: pa.chunked_array([[value(row[at], kind) for row in rows]], kind)
            for at, (name, kind) in enumerate(columns.items())
        }
    )


def make(deeds: Told, accounts: Told = (), changes: Told = (), writing: Told = ()) -> World:
    text, number, day = pa.string(), pa.int64(), pa.date32()
    numbered = number_deeds(
        table(
            deeds,
            actor_id=text, target_id=text, verb=text, n_events=number, event_date=day,
            known_date=day,
        )
    )  # fmt: skip
    users = numbered.users
    written = table(
        list(writing),
        author_id=text, thread_id=text, n_contents=number, event_date=day, known_date=day,
    )  # fmt: skip
    told = table(
        [(str(at), *row) for at, row in enumerate(changes)],
        relation_id=text, actor_id=text, target_id=text, verb=text, occurred_at=pa.timestamp("us"),
        known_date=day, superseded_date=day,
    )  # fmt: skip
    return World(
        deeds=numbered,
        uses=number_uses(written, users),
        accounts=number_accounts(
            table(list(accounts), user_id=text, first_date=day, last_date=day), users
        ),
        changes=number_changes(told, users),
    )


AB = [("a", "b", "like", 1, 60, 60), ("b", "c", "like", 1, 60, 60)]


def moment(world: World, back: int = PAST):
    return world.as_of(DAY - back, 28.0)


def weight(world: World, back: int = PAST) -> float:
    return float(moment(world, back).snapshot.acts.weight.sum())


def test_a_deed_that_was_told_late_is_unknown_on_the_days_between() -> None:
    late = make([*AB, ("a", "c", "like", 1, 60, 20)])
    assert weight(late) == weight(make(AB))
    assert weight(late, 10) > weight(late)


def test_a_deed_that_was_taken_back_later_still_counts_on_the_day_that_knew_it() -> None:
    world = make([*AB, ("a", "c", "like", 1, 60, 60), ("a", "c", "like", -1, 60, 20)])
    assert weight(world) == 3
    assert weight(world, 10) == 2
    assert len(world.deeds_known.day) == 2


def test_deeds_of_a_day_that_became_known_apart_count_as_done_together() -> None:
    apart = make([("a", "b", "like", 1, 60, 60), ("a", "b", "like", 2, 60, 50)])
    together = make([("a", "b", "like", 3, 60, 60)])
    assert weight(apart) == weight(together) == 2.0  # log2(1 + 3)


@pytest.mark.parametrize(("last", "is_open"), [(31, False), (30, True), (5, True), (None, True)])
def test_an_account_is_open_until_the_day_it_was_closed_on(last: int | None, is_open: bool) -> None:
    world = make(AB, accounts=[("a", 100, last), ("b", 29, None)])
    assert moment(world).is_open.tolist() == [is_open, False, False]


def test_a_block_keeps_apart_from_the_day_that_knows_it_to_the_day_it_ends() -> None:
    world = make(
        AB, changes=[("a", "c", "block", 40, 40, None), ("a", "c", "unblock", 20, 20, None)]
    )
    n = len(world.deeds.users)
    both_ways = [0 * n + 2, 2 * n + 0]
    assert moment(world, 45).kept_apart.tolist() == []
    assert moment(world, 40).kept_apart.tolist() == []  # known before a day, not on it
    assert moment(world, 39).kept_apart.tolist() == both_ways
    assert moment(world, 10).kept_apart.tolist() == []


def test_a_relation_that_was_corrected_later_holds_as_it_was_told_then() -> None:
    changed = [("a", "b", "follow", 50, 50, 20), ("a", "c", "follow", 50, 20, None)]
    world = make(AB, changes=changed)
    assert world.changes.holding("follow", DAY - PAST, 3).tolist() == [0 * 3 + 1]
    assert world.changes.holding("follow", DAY - 10, 3).tolist() == [0 * 3 + 2]


def test_threads_that_were_told_of_later_are_unknown() -> None:
    world = make(AB, writing=[("a", "one", 1, 60, 60), ("a", "two", 1, 60, 20)])
    assert moment(world).snapshot.items.sum() == 1
    assert moment(world, 10).snapshot.items.sum() == 2


def grown(until: int) -> World:
    """Random deeds, closures, blocks and late tellings of which only those known by then remain."""
    draw = np.random.default_rng(7)
    users = [f"u{number:02d}" for number in range(40)]
    deeds, changes, accounts, writing = [], [], [], []
    for _ in range(1500):
        one, other = draw.choice(40, 2, replace=False)
        back = int(draw.integers(2, 120))
        known = max(back - int(draw.choice([0, 0, 0, 5, 40])), 1)
        verb = str(draw.choice(["like", "reply", "view", "follow"]))
        deeds.append((users[one], users[other], verb, 1, back, known))
        if draw.random() < 0.1:
            deeds.append((users[one], users[other], verb, -1, back, max(known - 20, 1)))
        if draw.random() < 0.1:
            verb = str(draw.choice(["block", "unblock", "mute", "follow"]))
            changes.append((users[one], users[other], verb, back, known, None))
        writing.append((users[one], f"t{other}", 1, back, known))
    for number, user in enumerate(users):
        accounts.append((user, 130, 40 if number % 4 else 10))

    def known(rows: Told, at: int) -> Told:
        return [row for row in rows if row[at] > until]

    every = [(user, user, "nothing", 1, 130, 130) for user in users]  # so that numbers are equal
    return make([*every, *known(deeds, 5)], accounts, known(changes, 4), known(writing, 4))


def test_what_was_asked_and_answered_of_a_past_day_is_the_same_whatever_came_since() -> None:
    whole, cut = moment(grown(0)), moment(grown(PAST))
    assert whole.snapshot.decayed.sum() > 0
    for name in ("community", "is_open", "kept_apart"):
        assert np.array_equal(getattr(whole, name), getattr(cut, name)), name
    users = np.flatnonzero(whole.is_open)
    pairs = [_candidates.find(one.snapshot, one.community, users, 20) for one in (whole, cut)]
    assert len(pairs[0][0]) > 50
    assert np.array_equal(pairs[0], pairs[1])


def test_a_model_is_trained_on_the_candidates_that_the_past_day_had() -> None:
    day = DAY - PAST
    whole, cut = _rows(grown(0), day), _rows(grown(PAST), day)
    assert np.array_equal(whole.actor, cut.actor)
    names = ["common_neighbours", "walk_2", "looks", "common_items", "target_n_in_28d"]
    for name in names:
        assert whole.columns[name] == pytest.approx(cut.columns[name]), name
    assert whole.labels[28].sum() > cut.labels[28].sum() == 0
    assert rules().judge_back_days == 28
