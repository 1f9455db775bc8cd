"""Features and frames: what they know, and that it does not matter how the warehouse grew."""

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pyarrow.parquet as pq
import pytest
from marts_world import END, START, TABLES, land, random_world, run_dbt

from townsquare.network import Network, Windows
from townsquare.settings import Home

LAYERS = tuple(
    f"path:models/{layer}" for layer in ("staging", "intermediate", "features", "frames")
)
# Windows so short that forty days hold mature labels, and users who leave and come back.
NETWORK = Network(
    as_of_step_days=2,
    windows=Windows(
        churn_active_days=6,
        churn_horizon_days=3,
        conversion_candidate_days=9,
        conversion_horizon_days=2,
    ),
)
FIRST = date(2025, 2, 4)  # on the grid, so that later builds ask about it too
STEPS = [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2), END]


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built as of the first step from what had been told by then, and left there."""
    home = Home(tmp_path_factory.mktemp("early"))
    land(random_world(seed=3), home, START, FIRST)
    run_dbt(home, FIRST, "run", "--full-refresh", "--select", *LAYERS, network=NETWORK)
    return home


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built as of the first step, and then by two single days and a stretch."""
    home = Home(tmp_path_factory.mktemp("grown"))
    world = random_world(seed=3)
    land(world, home, START, FIRST)
    run_dbt(home, FIRST, "run", "--full-refresh", "--select", *LAYERS, network=NETWORK)
    for last, as_of in pairwise(STEPS):
        changed = land(world, home, last, as_of)
        changed |= {last + timedelta(days=n) for n in range((as_of - last).days)}
        run_dbt(home, as_of, "run", "--select", *LAYERS, rebuild=changed, network=NETWORK)
    return home


@pytest.fixture(scope="module")
def built_at_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built as of the last step in one go; its data tests hold."""
    home = Home(tmp_path_factory.mktemp("at_once"))
    land(random_world(seed=3), home, START, END)
    arguments = ("--full-refresh", "--select", *LAYERS, "--exclude-resource-type", "unit_test")
    run_dbt(home, END, "build", *arguments, network=NETWORK)
    return home


def _rows(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _differences(one: Home, other: Home, tables: list[str], where: str = "true") -> dict:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.warehouse}' as one (read_only)")
        connection.execute(f"attach '{other.warehouse}' as other (read_only)")
        different = {}
        for table in tables:
            for here, there in (("one", "other"), ("other", "one")):
                query = (
                    f"from {here}.{table} where {where} "
                    f"except all from {there}.{table} where {where}"
                )
                if rows := connection.execute(query).fetchall():
                    different[table, here] = (len(rows), rows[0])
        return different


def _tables(home: Home, *schemas: str) -> list[str]:
    return [
        f"{schema}.{table}"
        for schema, table in _rows(home, "select schema_name, table_name from duckdb_tables()")
        if schema in schemas and table != "int_rebuild_dates"  # it tells of the run, not the data
    ]


def test_features_do_not_see_the_future(early: Home, built_at_once: Home) -> None:
    features = _tables(built_at_once, "features")
    assert "features.feat_user_reception" in features
    where = f"as_of_date = date '{FIRST}'"
    (asked,) = _rows(early, f"select count(*) from features.feat_user_activity where {where}")
    assert asked[0] > 10

    assert _differences(early, built_at_once, features, where) == {}


def test_the_world_tells_enough_late_for_that_to_mean_something() -> None:
    late = [
        row
        for table, rows in random_world(seed=3).rows.items()
        for row in rows
        if row[TABLES[table].event_time].date() < FIRST <= row["told"]
    ]
    assert len(late) > 10


def test_a_warehouse_that_grew_is_the_one_built_at_once(grown: Home, built_at_once: Home) -> None:
    tables = _tables(built_at_once, "intermediate", "features", "frames")
    assert "frames.frame_churn" in tables

    assert _differences(grown, built_at_once, tables) == {}


def test_labels_mature_as_the_warehouse_grows(early: Home, grown: Home) -> None:
    query = (
        "select count(is_churned_next_3d), count(*) from frames.frame_churn "
        f"where as_of_date = date '{FIRST}'"
    )
    assert _rows(early, query)[0][0] == 0
    labelled, asked = _rows(grown, query)[0]
    assert labelled == asked > 0


def test_an_own_as_of_date_off_the_grid_does_not_outlive_its_run(grown: Home) -> None:
    dates = {day for (day,) in _rows(grown, "select distinct as_of_date from frames.frame_churn")}
    assert END in dates
    assert STEPS[1] not in dates


def test_the_parquet_of_a_frame_holds_what_the_table_holds(grown: Home) -> None:
    for frame in ("frame_churn", "frame_conversion"):
        table = pq.read_table(grown.frames / f"{frame}.parquet")
        assert [(table.num_rows,)] == _rows(grown, f"select count(*) from frames.{frame}")
        assert table.column("user_id").null_count == 0
