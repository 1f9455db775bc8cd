"""Holds the marts to the metrics as they are declared: MetricFlow's answers, cell by cell."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from townsquare.errors import TownsquareError
from townsquare.metrics import DAY, DECLARATIONS, Engine, Question, read_declarations
from townsquare.settings import Home

# Columns of daily_metrics that are no metric, and the metrics that are null while incomplete.
_ABOUT_OTHERS = {"activity_date", "is_wau_complete", "is_mau_complete"}
_COMPLETE = {"wau": "is_wau_complete", "mau": "is_mau_complete", "stickiness": "is_mau_complete"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def engine(world: Home) -> Engine:
    return Engine(read_declarations(world.current / DECLARATIONS))


@pytest.fixture(scope="module")
def database(world: Home) -> Path:
    return (world.current / "townsquare.duckdb").resolve()


def _rows(database: Path, sql: str) -> list[Row]:
    with duckdb.connect(str(database), read_only=True) as release:
        asked = release.execute(sql)
        names = [told[0] for told in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    return bool(one == other)


def differences(engine: Engine, database: Path) -> set[str]:
    """The columns of daily_metrics that are no declared metric, or not what the metric gives."""
    days = {row["activity_date"]: row for row in _rows(database, "select * from daily_metrics")}
    columns = next(iter(days.values())).keys() - _ABOUT_OTHERS
    found = set()
    for column in columns:
        if column not in engine.metrics:
            found.add(column)
            continue
        told = _rows(database, engine.sql(Question([column])))
        given = {getattr(row[DAY], "date", lambda r=row: r[DAY])(): row[column] for row in told}
        for day, row in days.items():
            is_complete = row[_COMPLETE[column]] if column in _COMPLETE else True
            expected = given.get(day) if is_complete else None
            if not _is_same(expected, row[column]) and not (expected == 0 and row[column] == 0):
                found.add(column)
        found |= {column} if given.keys() - days.keys() else set()
    return found


def test_every_cell_of_daily_metrics_is_what_the_declared_metric_gives(
    engine: Engine, database: Path
) -> None:
    assert len(_rows(database, "select * from daily_metrics")) > 100
    assert differences(engine, database) == set()


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        ("update daily_metrics set n_likes = n_likes + 1 where n_likes > 10", "n_likes"),
        ("update daily_metrics set wau = wau - 1 where is_wau_complete", "wau"),
        ("update daily_metrics set avg_session_seconds = 0", "avg_session_seconds"),
        ("alter table daily_metrics add column n_smiles bigint", "n_smiles"),
        ("update daily_metrics set stickiness = dau / wau", "stickiness"),
        ("delete from daily_metrics where activity_date = (select max(activity_date) - 3 from "
         "daily_metrics)", "avg_session_seconds"),
    ],
)  # fmt: skip
def test_a_mart_that_changes_without_its_metric_is_noticed(
    engine: Engine, database: Path, tmp_path: Path, change: str, noticed: str
) -> None:
    changed = tmp_path / "townsquare.duckdb"
    shutil.copyfile(database, changed)
    changed.chmod(0o644)
    with duckdb.connect(str(changed)) as release:
        release.execute(change)
    assert noticed in differences(engine, changed)


def test_retention_is_that_of_retention_periods(engine: Engine, database: Path) -> None:
    told = _rows(database, engine.sql(Question(["retention"], ["cohort_period__period"])))
    given = {row["cohort_period__period"]: row["retention"] for row in told}
    mart = _rows(database, "select period, share_retained from retention_periods")
    assert len(mart) > 10
    assert given == {
        row["period"]: row["share_retained"] and pytest.approx(row["share_retained"], rel=1e-12)
        for row in mart
    }


BY_HAND = {
    "conversion_rate": """
        select
            registered_date as metric_time__day,
            count(distinct converted.user_id) / count(*) as conversion_rate
        from users
        left join (
            select distinct users.user_id
            from users inner join conversions using (user_id)
            where conversion_date >= registered_date and conversion_date < registered_date + 28
        ) as converted using (user_id)
        where registered_date is not null
        group by registered_date
    """,
    "activities_per_active_user": """
        select
            activity_date as metric_time__day,
            sum(n_activities) / count(*) as activities_per_active_user
        from user_days
        group by activity_date
    """,
}


@pytest.mark.parametrize("metric", BY_HAND)
def test_a_metric_that_no_mart_holds_is_what_a_person_would_compute(
    engine: Engine, database: Path, metric: str
) -> None:
    sql = f"""
        select given.{metric} as given, hand.{metric} as hand
        from ({engine.sql(Question([metric]))}) as given
        inner join ({BY_HAND[metric]}) as hand using (metric_time__day)
    """
    rows = _rows(database, sql)
    assert len(rows) > 50
    assert sum(row["hand"] > 0 for row in rows) > 20
    for row in rows:
        assert (row["given"] or 0) == pytest.approx(row["hand"], rel=1e-9)


def test_a_metric_is_cut_by_a_dimension_a_filter_and_a_range_of_days(
    engine: Engine, database: Path
) -> None:
    first, last = _rows(
        database, "select max(activity_date) - 6 as d from daily_metrics union all "
        "select max(activity_date) from daily_metrics order by d"
    )  # fmt: skip
    question = Question(
        ["n_contents"], ["content__kind"],
        where=["{{ Dimension('content__kind') }} != 'comment'"], since=first["d"], until=last["d"],
    )  # fmt: skip
    told = {
        row["content__kind"]: row["n_contents"] for row in _rows(database, engine.sql(question))
    }
    by_hand = _rows(
        database,
        f"select kind, count(*) as n from contents where kind != 'comment' and "
        f"published_date between date '{first['d']}' and date '{last['d']}' group by kind",
    )
    assert told == {row["kind"]: row["n"] for row in by_hand}
    assert told


def test_what_is_not_declared_is_refused_with_what_there_is(engine: Engine) -> None:
    with pytest.raises(TownsquareError, match=r"There is no metric 'smiles'; there are: .*dau"):
        engine.sql(Question(["smiles"]))
    with pytest.raises(TownsquareError, match=r"dau cannot be asked by user__mood; group by .*"):
        engine.sql(Question(["dau"], ["user__mood"]))


def test_each_metric_is_in_meta_with_a_query_that_runs_on_the_release(
    engine: Engine, database: Path
) -> None:
    told = _rows(database, "select * from meta.metrics")
    assert {row["metric"] for row in told} == set(engine.metrics)
    for row in told:
        assert row["label"] and row["description"].endswith(".")
        assert _rows(database, row["sql"]) or row["metric"].startswith("n_conver")


def test_the_command_lists_asks_and_shows_its_query(
    world: Home, townsquare: Callable[..., Any]
) -> None:
    listed = townsquare(world.root, "metrics").stdout
    assert "Stickiness" in listed
    asked = townsquare(world.root, "metrics", "dau", "--limit", "1", "--json").stdout
    assert '"dau": ' in asked
    shown = townsquare(world.root, "metrics", "mau", "--sql").stdout
    assert "28 day" in shown
    wrong = townsquare(world.root, "metrics", "dau", "--since", "May", check=False)
    assert wrong.stderr == "townsquare: --since is 'May', but must be a date like 2025-06-30.\n"
