"""Frames: whom they ask about, when their labels are known, and the Parquet that learning reads."""

from collections.abc import Callable

import pyarrow.parquet as pq
from growth import FIRST, STEPS
from marts_world import END

from townsquare import frames
from townsquare.settings import Home

Rows = Callable[[Home, str], list[tuple]]


def test_labels_mature_as_the_warehouse_grows(
    early_warehouse: Home, grown_warehouse: Home, rows: Rows
) -> None:
    query = (
        "select count(is_churned_next_3d), count(*) from frames.frame_churn "
        f"where as_of_date = date '{FIRST}'"
    )
    assert rows(early_warehouse, query)[0][0] == 0

    ((labelled, asked),) = rows(grown_warehouse, query)

    assert labelled == asked > 0


def test_a_label_is_known_exactly_where_its_horizon_is_over(
    whole_warehouse: Home, rows: Rows
) -> None:
    for frame, label, horizon in (
        ("frame_churn", "is_churned_next_3d", 3),
        ("frame_conversion", "is_converted_next_2d", 2),
    ):
        wrong = (
            f"select * from frames.{frame} "
            f"where ({label} is not null) != (as_of_date + {horizon} <= date '{END}')"
        )
        assert rows(whole_warehouse, wrong) == []
        ((known, unknown),) = rows(
            whole_warehouse, f"select count({label}), count(*) - count({label}) from frames.{frame}"
        )
        assert known > 0
        assert unknown > 0


def test_churn_labels_equal_a_count_over_the_events_themselves(
    whole_warehouse: Home, rows: Rows
) -> None:
    query = """
        select
            frame.is_churned_next_3d,
            not exists (
                select 1
                from intermediate.int_user_events as events
                where
                    events.user_id = frame.user_id
                    and events.is_activity
                    and events.event_at >= frame.as_of_date
                    and events.event_at < frame.as_of_date + interval 3 day
            )
        from frames.frame_churn as frame
        where frame.is_churned_next_3d is not null
    """
    labels = rows(whole_warehouse, query)
    assert {label for label, _ in labels} == {True, False}
    assert [label for label, _ in labels] == [counted for _, counted in labels]


def test_an_own_as_of_date_off_the_grid_does_not_outlive_its_run(
    grown_warehouse: Home, rows: Rows
) -> None:
    query = "select distinct as_of_date from frames.frame_churn"
    dates = {day for (day,) in rows(grown_warehouse, query)}
    assert END in dates
    assert STEPS[1] not in dates


def test_the_parquet_of_a_frame_holds_what_the_table_holds(
    grown_warehouse: Home, rows: Rows
) -> None:
    for frame in ("frame_churn", "frame_conversion"):
        path = frames.folder(grown_warehouse, frame)
        columns = "user_id, as_of_date, n_activities_28d, days_since_activity"
        query = f"select {columns} from frames.{frame} order by as_of_date, user_id"
        frames.prune(grown_warehouse)
        table = pq.read_table(path).sort_by([("as_of_date", "ascending"), ("user_id", "ascending")])
        told = table.select(columns.split(", ")).to_pylist()
        assert [tuple(row.values()) for row in told] == rows(grown_warehouse, query)
        assert len(list(path.glob("????-??-??.parquet"))) > len(STEPS)


def test_a_frame_is_written_as_a_full_build_writes_it(
    grown_warehouse: Home, whole_warehouse: Home
) -> None:
    for frame in ("frame_churn", "frame_conversion"):
        frames.prune(grown_warehouse)
        grown, whole = (frames.folder(home, frame) for home in (grown_warehouse, whole_warehouse))
        written = {path.name: path.read_bytes() for path in whole.glob("*.parquet")}
        assert len(written) > len(STEPS)
        assert {path.name: path.read_bytes() for path in grown.glob("*.parquet")} == written
