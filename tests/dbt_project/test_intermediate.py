"""The workhorses: the same however the warehouse grew, and true to the events that they count."""

from collections.abc import Callable

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
