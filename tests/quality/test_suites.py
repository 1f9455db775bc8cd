"""Suites are declarations: what they misname is refused with the file, the word and the way out."""

from pathlib import Path

import candidates
import pytest

from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.quality import read_suites
from townsquare.quality._measuring import measure
from townsquare.quality._source import opened
from townsquare.settings import DBT_PROJECT, Home


def suite(folder: Path, text: str, name: str = "user_days") -> Path:
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("expectations: [{expect: beauty, column: n}]", "beauty"),
        ("expectations: [{expect: range, colunm: n, min: 0}]", "colunm"),
        ("expectations: [{expect: range, column: n}]", "min, max or both"),
        ("expectations: [{expect: nulls, column: n}]", "at_most or rise_at_most"),
        ("expectations: [{expect: volume}]", "event_date"),
        ("expectations: [{expect: volume, severity: fatal}]\nevent_date: day", "fatal"),
        ("expectations: []", "expectations"),
        ("- expectations", "mapping"),
        ("expectations: [", "mapping"),
    ],
)
def test_a_suite_that_cannot_be_understood_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(TownsquareError, match=word) as refused:
        read_suites(suite(tmp_path, text))
    assert "user_days.yml" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("user_dais", "expectations: [{expect: range, column: n, min: 0}]", "user_days"),
        ("user_days", "expectations: [{expect: range, column: n, min: 0}]", "n_activities"),
        ("user_days", "expectations: [{expect: drift, column: activity_date}]", "DATE"),
    ],
)
def test_a_suite_that_names_what_the_candidate_lacks_is_refused(
    name: str, text: str, words: str, tmp_path: Path, home: Home, candidate: Path
) -> None:
    (declared,) = read_suites(suite(tmp_path, text, name))
    with (
        opened(home, Network(), candidate, candidates.AS_OF) as source,
        pytest.raises(TownsquareError, match=words),
    ):
        measure(source, declared)


def test_every_published_relation_has_a_suite() -> None:
    folders = (DBT_PROJECT / "models" / "marts", DBT_PROJECT / "models" / "published")
    published = {path.stem for folder in folders for path in folder.rglob("*.sql")}
    assert published
    assert {suite.relation for suite in read_suites()} == published


def test_no_suite_minds_what_is_null_while_a_window_is_open() -> None:
    """On the first weeks of a network every share is: its first releases would all be refused."""
    is_open = "_null_exactly_while_incomplete"
    judged_by_dbt = {
        path.stem for path in DBT_PROJECT.rglob("*.yml") if is_open in path.read_text()
    }
    assert {"funnels", "retention_cohorts", "retention_periods"} <= judged_by_dbt
    minded = {
        suite.relation
        for suite in read_suites()
        if any(one.expect == "nulls" and one.at_most is not None for one in suite.expectations)
    }
    assert not judged_by_dbt & minded
