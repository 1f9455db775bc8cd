"""Features: nothing of what they say comes from after their date, and each is described once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import yaml
from growth import FIRST, SEED
from marts_world import TABLES, random_world

from townsquare.settings import DBT_PROJECT, Home

Rows = Callable[[Home, str], list[tuple]]
FEATURES = sorted((DBT_PROJECT / "models" / "features").glob("feat_user_*.yml"))


def test_features_do_not_see_the_future(
    early_warehouse: Home, whole_warehouse: Home, rows: Rows, differences: Callable[..., dict]
) -> None:
    where = f"as_of_date = date '{FIRST}'"
    tables = [f"features.{path.stem}" for path in FEATURES]
    assert len(tables) >= 5
    ((asked,),) = rows(early_warehouse, f"select count(*) from {tables[0]} where {where}")
    assert asked > 10

    assert differences(early_warehouse, whole_warehouse, tables, where) == {}


def test_a_feature_that_peeks_ahead_is_found_by_that(
    early_warehouse: Home, whole_warehouse: Home, tmp_path: Path, differences: Callable[..., dict]
) -> None:
    # given: the same two warehouses with a count of what comes after as_of_date planted in each
    homes = [Home(tmp_path / name) for name in ("early", "whole")]
    for home, source in zip(homes, (early_warehouse, whole_warehouse), strict=True):
        home.warehouse.parent.mkdir(parents=True)
        shutil.copyfile(source.warehouse, home.warehouse)
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute("""
                create table features.feat_planted as
                select candidates.user_id, candidates.as_of_date, count(days.user_id) as n_days_7d
                from intermediate.int_candidates as candidates
                left join intermediate.int_user_days as days
                    on
                        candidates.user_id = days.user_id
                        and days.activity_date >= candidates.as_of_date
                        and days.activity_date < candidates.as_of_date + 7
                group by all
            """)

    found = differences(*homes, ["features.feat_planted"], f"as_of_date = date '{FIRST}'")

    assert found


def test_the_world_tells_enough_late_for_that_to_mean_something() -> None:
    late = [
        row
        for table, told in random_world(SEED).rows.items()
        for row in told
        if row[TABLES[table].event_time].date() < FIRST <= row["told"]
    ]
    assert len(late) > 10


def test_every_feature_is_described_and_nothing_else_is(whole_warehouse: Home, rows: Rows) -> None:
    assert FEATURES
    for path in FEATURES:
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        query = f"select column_name from duckdb_columns() where table_name = '{path.stem}'"
        built = {name for (name,) in rows(whole_warehouse, query)}
        assert {column["name"] for column in model["columns"]} == built, path.name


def test_no_two_features_share_a_description() -> None:
    names: dict[str, set[str]] = {}
    for path in FEATURES:
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        for column in model["columns"]:
            names.setdefault(column["description"], set()).add(column["name"])
    assert len(names) > 100
    assert {text: shared for text, shared in names.items() if len(shared) > 1} == {}
