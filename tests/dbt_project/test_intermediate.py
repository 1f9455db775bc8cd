"""The workhorses: the same however the warehouse grew, and true to the events that they count."""

import shutil
from collections.abc import Callable
from datetime import timedelta

import duckdb
import pytest
from growth import LAYERS, NETWORK
from marts_world import END, run_dbt

from townsquare.settings import Home

Rows = Callable[[Home, str], list[tuple]]


def test_a_warehouse_that_grew_is_the_one_built_at_once(
    grown_warehouse: Home, whole_warehouse: Home, rows: Rows, differences: Callable[..., dict]
) -> None:
    query = "select schema_name, table_name from duckdb_tables()"
    tables = [
        f"{schema}.{table}"
        for schema, table in rows(whole_warehouse, query)
        if table != "int_rebuild_dates"  # it tells of the run, not of the data
    ]
    assert {"intermediate.int_user_days", "frames.frame_churn"} <= set(tables)

    assert differences(grown_warehouse, whole_warehouse, tables) == {}


def test_corrections_leave_the_days_as_a_count_of_the_current_events(
    whole_warehouse: Home, rows: Rows
) -> None:
    corrected = "select count(*) from intermediate.int_user_days where n_events < 0"
    assert rows(whole_warehouse, corrected)[0][0] > 0

    counted = """
        select user_id, event_date, count(*), count(*) filter (where verb = 'like')
        from intermediate.int_user_events
        group by user_id, event_date
    """
    told = """
        select user_id, activity_date, n_events, n_likes_given
        from intermediate.int_user_days_known
    """
    assert sorted(rows(whole_warehouse, counted)) == sorted(rows(whole_warehouse, told))


def test_a_day_is_active_once_as_of_any_date(whole_warehouse: Home, rows: Rows) -> None:
    query = """
        select days.user_id, days.activity_date, dates.date_day
        from intermediate.int_user_days as days
        inner join intermediate.int_dates as dates
            on days.known_date < dates.date_day
        group by days.user_id, days.activity_date, dates.date_day
        having sum(days.n_active_days) != cast(sum(days.n_activities) > 0 as integer)
    """
    assert rows(whole_warehouse, query) == []


def test_a_damaged_range_that_is_rebuilt_equals_a_full_build(
    whole_warehouse: Home,
    tmp_path_factory: pytest.TempPathFactory,
    rows: Rows,
    differences: Callable[..., dict],
) -> None:
    # given: a warehouse in which three days have lost rows and got wrong ones
    home = Home(tmp_path_factory.mktemp("backfilled") / "home")
    shutil.copytree(whole_warehouse.root, home.root)
    first, last = END - timedelta(days=20), END - timedelta(days=18)
    days = f"activity_date between date '{first}' and date '{last}'"
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(f"delete from intermediate.int_content_days where {days}")
        connection.execute(f"update intermediate.int_user_days set n_views = 99 where {days}")
        connection.execute(
            "update features.feat_user_activity set n_activities_7d = 99 "
            f"where as_of_date > date '{first}'"
        )
    damaged = ["intermediate.int_content_days", "intermediate.int_user_days"]
    assert differences(home, whole_warehouse, damaged)

    # when: these days are built anew as of the same day
    asked = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    run_dbt(home, END, "run", "--select", *LAYERS, rebuild=asked, network=NETWORK)

    # then: nothing differs, and what learning reads has the same bytes
    query = "select schema_name, table_name from duckdb_tables()"
    tables = [
        f"{schema}.{table}"
        for schema, table in rows(whole_warehouse, query)
        if table != "int_rebuild_dates"
    ]
    assert differences(home, whole_warehouse, tables) == {}
    frames = sorted(
        path.relative_to(home.frames) for path in home.frames.rglob("*") if path.is_file()
    )
    assert frames
    for frame in frames:
        assert (home.frames / frame).read_bytes() == (whole_warehouse.frames / frame).read_bytes()
