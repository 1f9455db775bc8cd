"""Asks every query of the analyst's guide of a real release and holds the answers to the marts."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from guides import blocks, read_guide

from townsquare import quality
from townsquare.contract import load_tables
from townsquare.release.query import run_query
from townsquare.settings import Home

Row = dict[str, Any]

QUESTIONS = {block.heading: block.text for block in blocks("analyst.md", "sql")}
CHECKS: dict[int, Callable[[Home, list[Row]], None]] = {}


def _number(heading: str) -> int:
    return int(heading.partition(".")[0])


def _answers(number: int) -> Callable[[Callable[[Home, list[Row]], None]], None]:
    def register(check: Callable[[Home, list[Row]], None]) -> None:
        CHECKS[number] = check

    return register


def _ask(home: Home, sql: str) -> list[Row]:
    columns, rows = run_query(home, sql)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _one(home: Home, sql: str) -> Any:
    ((value,),) = run_query(home, sql)[1]
    return value


def _as_of(home: Home) -> date:
    found = _one(home, "select max(as_of_date) from users")
    assert isinstance(found, date)
    return found


def test_the_guide_asks_twelve_questions_and_answers_each_in_one_query() -> None:
    assert [_number(heading) for heading in QUESTIONS] == list(range(1, 13))
    assert all(heading.endswith("?") for heading in QUESTIONS)
    assert sorted(CHECKS) == list(range(1, 13))
    assert len(blocks("analyst.md", "sql")) == len(QUESTIONS)


@pytest.mark.parametrize("heading", QUESTIONS)
def test_the_query_gives_a_true_answer(heading: str, world: Home) -> None:
    CHECKS[_number(heading)](world, _ask(world, QUESTIONS[heading]))


@_answers(1)
def _stickiness_is_that_of_whole_weeks(home: Home, rows: list[Row]) -> None:
    weeks = [row["week_date"] for row in rows]
    assert len(weeks) >= 4
    assert weeks == [weeks[0] - timedelta(weeks=n) for n in range(len(weeks))]
    assert weeks[0].isoweekday() == 1
    assert weeks[0] + timedelta(weeks=1) <= _as_of(home)
    active = f"from user_days where date_trunc('week', activity_date) = '{weeks[0]}'"
    assert rows[0]["avg_dau"] == pytest.approx(_one(home, f"select count(*) / 7 {active}"))
    for row in rows:
        assert 0 < row["avg_stickiness"] <= 1
        assert row["avg_dau"] <= row["mau_at_end"]


@_answers(2)
def _cohorts_are_old_enough_and_stand_beside_their_weighed_mean(
    home: Home, rows: list[Row]
) -> None:
    assert len(rows) >= 3
    retained, users = (sum(row[name] for row in rows) for name in ("n_retained_users", "n_users"))
    for row in rows:
        # The last member registers 6 days after cohort_date, and period 4 is over 35 days later.
        assert row["cohort_date"] + timedelta(days=6 + 35) < _as_of(home)
        assert row["share_retained"] == pytest.approx(row["n_retained_users"] / row["n_users"])
        assert row["share_retained_of_all"] == pytest.approx(retained / users)
    assert rows[0]["difference"] > 0 > rows[-1]["difference"]


@_answers(3)
def _weekdays_add_up_to_every_session(home: Home, rows: list[Row]) -> None:
    assert [row["weekday"] for row in rows] == list(range(1, 8))
    assert {row["n_days"] for row in rows} == {12}
    since = _as_of(home) - timedelta(weeks=12)
    sessions = f"from sessions where session_date >= '{since}'"
    assert 12 * sum(row["avg_sessions"] for row in rows) == pytest.approx(
        _one(home, f"select count(*) {sessions}")
    )
    mondays = f"select avg(duration_seconds) {sessions} and isodow(session_date) = 1"
    assert rows[0]["avg_session_seconds"] == pytest.approx(_one(home, mondays))
    assert sum(row["times_average_day"] for row in rows) == pytest.approx(7)


@_answers(4)
def _the_best_content_had_its_engagements_in_its_first_week(home: Home, rows: list[Row]) -> None:
    best = rows[0]
    counted = _one(
        home,
        f"""
        select sum(n_engagements) from content_days
        where content_id = '{best["content_id"]}'
            and activity_date < date '{best["published_date"]}' + 7
        """,
    )
    assert best["n_engagements_first_7d"] == counted
    assert best["times_average_of_kind"] > 1
    times = [row["times_average_of_kind"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(row["published_date"] + timedelta(days=7) <= _as_of(home) for row in rows)


@_answers(5)
def _whoever_is_to_be_called_has_a_living_score_with_reasons(home: Home, rows: list[Row]) -> None:
    said = _ask(home, "select * from meta.capabilities where kind = 'score' and name = 'churn'")
    assert len(said) == 1
    if not said[0]["is_available"]:
        assert said[0]["reason"] and rows == []
        return
    assert rows
    stakes = [row["active_days_at_stake"] for row in rows]
    assert stakes == sorted(stakes, reverse=True)
    for row in rows:
        assert row["band"] in {"high", "medium"}
        assert 0 < row["score"] < 1
        assert 1 <= len(row["reasons"]) <= 3
        assert row["expires_at"] > datetime.combine(_as_of(home), datetime.min.time())
        assert row["n_active_days_28d"] >= 1


@_answers(6)
def _the_flow_reconciles_to_the_person(home: Home, rows: list[Row]) -> None:
    assert len(rows) >= 4
    for row in rows:
        gained = row["n_new"] + row["n_resurrected"] - row["n_lost"]
        assert row["wau"] == row["wau_before"] + gained
    for later, earlier in zip(rows[:-1], rows[1:], strict=True):
        assert later["activity_date"] - earlier["activity_date"] == timedelta(weeks=1)
        assert later["wau_before"] == earlier["wau"]
    since = _as_of(home) - timedelta(weeks=1)
    active = f"select count(distinct user_id) from user_days where activity_date >= '{since}'"
    assert rows[0]["wau"] == _one(home, active)


@_answers(7)
def _months_convert_within_the_same_span(home: Home, rows: list[Row]) -> None:
    everyone = _one(home, "select count(*) from users where is_registered")
    assert sum(row["n_users"] for row in rows) == everyone
    assert rows[0]["is_complete"] is False
    assert any(row["is_complete"] for row in rows)
    for row in rows:
        assert (row["share_converted_28d"] is not None) == row["is_complete"]
    complete = next(row for row in rows if row["is_complete"])
    assert complete["share_converted_28d"] == complete["n_converted_28d"] / complete["n_users"] > 0


@_answers(8)
def _everyone_of_the_month_is_in_the_distribution(home: Home, rows: list[Row]) -> None:
    assert [row["n_active_days"] for row in rows] == list(range(1, 29))
    month = "select arg_max(mau, activity_date) from daily_metrics"
    assert sum(row["n_users"] for row in rows) == _one(home, month)
    assert rows[0]["share_at_least"] == pytest.approx(1)
    assert rows[0]["share_active_users"] == rows[0]["n_users"] / _one(home, month)


@_answers(9)
def _every_table_of_the_contract_says_how_fresh_it_is(home: Home, rows: list[Row]) -> None:
    assert sorted(row["table_name"] for row in rows) == sorted(load_tables())
    yesterday = _as_of(home) - timedelta(days=1)
    for row in rows:
        assert (row["newest_event_date"] is None) == (row["n_rows"] == 0)
        if row["n_rows"]:
            assert row["n_days_behind"] == (yesterday - row["newest_event_date"]).days
    assert {row["table_name"]: row["n_days_behind"] for row in rows}["interactions"] == 0


@_answers(10)
def _every_gate_says_what_it_saw(home: Home, rows: list[Row]) -> None:
    gates = {row["gate"] for row in rows}
    assert gates - {"model"} == set(quality.GATES) - {"model"}  # that one needs a champion
    for row in rows:
        assert row["n_checks"] > 0
        assert (row["said"] is not None) == (row["n_failed"] > 0)
    passed = "select count(*) from meta.validation_results where is_passed"
    assert sum(row["n_checks"] - row["n_failed"] for row in rows) == _one(home, passed)


@_answers(11)
def _every_column_says_what_it_means_and_where_it_comes_from(home: Home, rows: list[Row]) -> None:
    told = {row["column_name"]: row for row in rows}
    assert list(told) == [name for name, *_ in run_query(home, "describe daily_metrics")[1]]
    assert told["n_likes"]["origins"] == ["interactions.verb"]
    assert (told["n_conversions"]["how"], told["n_conversions"]["origins"]) == (
        "counted", ["conversions"],
    )  # fmt: skip
    newest = "select newest_event_date from meta.freshness where table_name = 'interactions'"
    assert told["n_likes"]["newest_event_date"] == _one(home, newest)


@_answers(12)
def _the_newest_file_touched_what_was_made_of_it_since(home: Home, rows: list[Row]) -> None:
    touched: dict[str, set[str]] = {}
    for row in rows:
        touched.setdefault(row["touched"], set()).add(row["name"])
    newest = _one(home, "select arg_max(release_id, landing_sequence) from meta.releases")
    assert newest in touched["release"]
    table = _one(
        home, "select arg_max(table_name, landing_sequence) from meta.landing where n_landed > 0"
    )
    of_it = f"list_contains(list_transform(origins, lambda o: split_part(o, '.', 1)), '{table}')"
    named = run_query(home, f"select distinct relation from meta.columns where {of_it}")[1]
    assert {name for (name,) in named} <= touched["relation"]
    assert len(touched["relation"]) < _one(
        home, "select count(distinct relation) from meta.columns"
    )


def test_the_guide_names_every_relation_of_meta(world: Home) -> None:
    there = run_query(
        world, "select 'meta.' || table_name from duckdb_tables() where schema_name = 'meta'"
    )[1]
    named = re.findall(r"^\| `(meta\.\w+)` \|", read_guide("analyst.md"), re.MULTILINE)
    assert sorted(named) == sorted(name for (name,) in there)


def test_a_release_opens_from_python_as_the_guide_shows(
    world: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = [part for part in blocks("analyst.md", "python") if "duckdb.connect" in part.text]
    assert world.root.name == "var"
    monkeypatch.chdir(world.root.parent)
    opened: dict[str, Any] = {}
    exec(compile(shown.text, "docs/analyst.md", "exec"), opened)
    opened["release"].close()
    assert len(opened["metrics"]) > 100
    columns = opened["columns"]
    assert len(columns) > 100
    assert set(columns["table_name"]) >= {"users", "sessions", "latest_scores"}
    assert columns[columns["comment"].isna()].empty
