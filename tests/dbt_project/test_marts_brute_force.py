"""The user marts of a random world equal a computation that shares no line with them."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import brute_force
import duckdb
import pytest
from marts_world import END, START, land, random_world, run_dbt

from townsquare.settings import Home

MARTS = ("path:models/staging", "path:models/intermediate", "path:models/marts")
AS_OF = END - timedelta(days=3)  # so that the landing holds rows which nobody can know yet


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("brute"))
    land(random_world(seed=3), home, START, END + timedelta(days=30))
    run_dbt(home, AS_OF, "build", "--full-refresh", "--select", *MARTS)
    return home


@pytest.fixture(scope="module")
def known(home: Home) -> brute_force.Knowledge:
    return brute_force.know(home, AS_OF)


def rows(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(home.marts, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_world_has_what_is_hard(home: Home, known: brute_force.Knowledge) -> None:
    found = brute_force.sessions(known)
    assert any(start.date() < end.date() for _, start, end, _ in found)
    pauses = {
        later - earlier
        for moments in known.activities.values()
        for earlier, later in pairwise(moments)
    }
    assert brute_force.IDLE in pauses
    states = brute_force.lifecycle(known)
    assert all(
        any(users for (_, state), (users, _) in states.items() if state == name)
        for name in ("new", "retained", "resurrected", "dormant")
    )
    assert set(known.activities) - set(known.registered)
    shown = {value for value in brute_force.retention(known).values()}
    assert any(bounded == 0 for _, bounded, _ in shown)
    assert any(bounded is None for _, bounded, _ in shown)


def test_user_days_are_the_days_of_the_landed_events(
    home: Home, known: brute_force.Knowledge
) -> None:
    expected = {(user, day) for user, days in known.active_dates.items() for day in days}
    assert set(rows(home, "select user_id, activity_date from user_days")) == expected


def test_sessions_equal_brute_force(home: Home, known: brute_force.Knowledge) -> None:
    found = rows(home, "select user_id, started_at, ended_at, n_activities from sessions")
    assert len(found) == len(set(found))
    assert set(found) == brute_force.sessions(known)


def test_lifecycle_days_equal_brute_force(home: Home, known: brute_force.Knowledge) -> None:
    found = rows(
        home, "select activity_date, state, n_users, n_active_7_days_before from lifecycle_days"
    )
    assert {row[:2]: row[2:] for row in found} == brute_force.lifecycle(known)


def test_engagement_days_equal_brute_force(home: Home, known: brute_force.Knowledge) -> None:
    found = rows(
        home, "select activity_date, window_days, n_active_days, n_users from engagement_days"
    )
    assert {row[:3]: row[3] for row in found} == brute_force.engagement(known)


def test_daily_metrics_equal_brute_force(home: Home, known: brute_force.Knowledge) -> None:
    found = rows(home, "select activity_date, dau, wau, mau, n_new_users from daily_metrics")
    assert {row[0]: row[1:] for row in found} == brute_force.metrics(known)


def test_retention_cohorts_equal_brute_force(home: Home, known: brute_force.Knowledge) -> None:
    found = rows(
        home,
        """
        select cohort_date, period, n_users, n_retained_users, n_retained_users_unbounded
        from retention_cohorts
        """,
    )
    assert {row[:2]: row[2:] for row in found} == brute_force.retention(known)


def test_users_bitmap_holds_the_last_28_days(home: Home, known: brute_force.Knowledge) -> None:
    found = dict(rows(home, "select user_id, activity_bitmap_28d from users"))
    assert set(found) == set(known.activities) | set(known.registered)
    for user, bitmap in found.items():
        days = known.active_dates.get(user, set())
        expected = sum(2**n for n in range(28) if AS_OF - timedelta(days=n + 1) in days)
        assert bitmap == expected, user


def test_descriptions_reach_the_database(home: Home) -> None:
    query = "select table_name, column_name, comment from duckdb_columns() where not internal"
    columns = rows(home, query)
    assert columns
    assert [column for column in columns if not column[2]] == []
    tables = rows(home, "select table_name, comment from duckdb_tables()")
    assert [name for name, comment in tables if not (comment or "").startswith("One row per")] == []


def test_only_tables_stand_in_the_marts(home: Home) -> None:
    assert rows(home, "select view_name from duckdb_views() where not internal") == []
    assert rows(home, "select distinct schema_name from duckdb_tables()") == [("main",)]


def test_every_mart_is_a_file_with_its_yml(home: Home) -> None:
    built = {name for (name,) in rows(home, "select table_name from duckdb_tables()")}
    folder = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
    assert built == {path.stem for path in folder.glob("*/*.sql")}
    assert built == {path.stem for path in folder.glob("*/[!_]*.yml")}
