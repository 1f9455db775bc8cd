"""Every expectation of every suite holds on a healthy candidate, and fails on a broken one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import candidates
import duckdb
import pytest

from townsquare.network import Network
from townsquare.quality import Suite, read_suites
from townsquare.quality._expecting import judge
from townsquare.quality._measuring import measure
from townsquare.quality._rules import Batch
from townsquare.quality._source import opened
from townsquare.quality._suites import Expectation
from townsquare.settings import Home

SUITES = {suite.relation: suite for suite in read_suites()}
CASES = [
    pytest.param(suite, place, id=f"{suite.relation}-{place}-{one.expect}")
    for suite in SUITES.values()
    for place, one in enumerate(suite.expectations)
]
NEWEST = f"date '{candidates.AS_OF - timedelta(days=1)}'"


def measured(home: Home, candidate: Path, suites: Sequence[Suite]) -> list[Batch]:
    with opened(home, Network(), candidate, candidates.AS_OF) as source:
        return [measure(source, suite) for suite in suites]


def breakage(suite: Suite, one: Expectation) -> str:
    """SQL that breaks a healthy relation in the way that this expectation is there for."""
    table, day = suite.relation, suite.event_date
    match one.expect:
        case "volume" if one.column:
            return f"update {table} set {one.column} = {one.column} // 2 where {day} = {NEWEST}"
        case "volume":
            return f"delete from {table} where {day} = {NEWEST} and rowid % 2 = 0"
        case "freshness":
            return f"delete from {table} where {day} = {NEWEST}"
        case "history":
            return f"delete from {table} where {day} < date '2025-01-20'"
        case "nulls" if one.at_most is not None:
            return f"update {table} set {one.column} = null"
        case "nulls":
            return f"update {table} set {one.column} = null where {day} = {NEWEST}"
        case "range":
            wrong = one.max + 1 if one.max is not None else one.min - 1
            return f"update {table} set {one.column} = {wrong} where rowid = 7"
        case "drift":
            where = f"{day} >= {NEWEST}" if day else "true"
            if one.column == "score_name":
                return f"update {table} set {one.column} = 'other' where {where}"
            return f"update {table} set {one.column} = null where {where}"
    raise AssertionError(f"no breakage is known for {one.expect}; add one, so that it fails once")


def test_there_are_suites() -> None:
    assert len(CASES) > 40


def test_a_healthy_candidate_passes_every_suite(home: Home, candidate: Path) -> None:
    found = judge(measured(home, candidate, list(SUITES.values())), None)
    assert [check.message for check in found if not check.success] == []
    assert [check.message for check in found if check.observed == "not judged"] == []


@pytest.mark.parametrize(("suite", "place"), CASES)
def test_an_expectation_fails_on_what_it_is_there_for(
    suite: Suite, place: int, home: Home, candidate: Path, in_candidate: Callable[[str], None]
) -> None:
    one = suite.expectations[place]
    in_candidate(breakage(suite, one))
    (batch,) = measured(home, candidate, [suite])
    (check,) = judge([replace(batch, rules=[batch.rules[place + 1]])], None)
    assert check.expectation == one.expect
    assert not check.success, check.message
    assert check.severity == one.severity
    assert suite.relation in check.message


def test_a_relation_that_no_one_wrote_by_hand_is_made_up_from_its_suite(tmp_path: Path) -> None:
    (tmp_path / "new_days.yml").write_text(
        "event_date: new_date\nexpectations:\n"
        "  - {expect: volume}\n  - {expect: volume, column: n_new}\n  - {expect: freshness}\n"
        "  - {expect: history}\n  - {expect: nulls, column: word, at_most: 0.1}\n"
        "  - {expect: range, column: share, min: 0, max: 1}\n"
        "  - {expect: drift, column: share, by: word}\n",
        encoding="utf-8",
    )
    (suite,) = read_suites(tmp_path)
    rows = {suite.relation: candidates.derived(suite)}
    home = Home(tmp_path)
    candidates.write_release(home.releases, relations=rows)
    candidate = home.candidates / "2025-06-30.1"
    for place, one in enumerate(suite.expectations):
        candidates.write_marts(candidate / "townsquare.duckdb", relations=rows)
        found = judge(measured(home, candidate, [suite]), None)
        assert [check.message for check in found if not check.success] == []
        assert [check.message for check in found if check.observed == "not judged"] == []
        with duckdb.connect(str(candidate / "townsquare.duckdb")) as connection:
            connection.execute(breakage(suite, one))
        (batch,) = measured(home, candidate, [suite])
        assert not judge([replace(batch, rules=[batch.rules[place + 1]])], None)[0].success


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_an_emptied_relation_fails_unless_it_may_be_empty(
    suite: Suite, home: Home, candidate: Path, in_candidate: Callable[[str], None]
) -> None:
    in_candidate(f"delete from {suite.relation}")
    (check,) = judge(measured(home, candidate, [suite]), None)
    assert check.success == suite.may_be_empty
