"""Staging: a pair of models per contract table, which read only the files of the days asked for."""

import re
from collections.abc import Callable
from datetime import date

import duckdb
import pytest

from townsquare.contract import load_tables
from townsquare.settings import Home

Rows = Callable[[Home, str], list[tuple]]


@pytest.mark.parametrize("table", sorted(load_tables()))
def test_staging_holds_every_column_of_the_contract(
    table: str, whole_warehouse: Home, rows: Rows
) -> None:
    contract = set(load_tables()[table].columns)
    for model, more in (
        (f"stg_{table}", {"event_date", "known_date"}),
        (f"stg_{table}_versions", {"event_date", "known_date", "superseded_date"}),
    ):
        query = f"select column_name from duckdb_columns() where table_name = '{model}'"
        assert {name for (name,) in rows(whole_warehouse, query)} == contract | more


def test_a_question_about_a_day_reads_the_files_of_that_day_alone(whole_warehouse: Home) -> None:
    day = date(2025, 1, 20)
    folder = whole_warehouse.landing / "interactions"
    files = [*(folder / f"event_date={day}").glob("*.parquet")]
    assert 0 < len(files) < len([*folder.rglob("*.parquet")])
    with duckdb.connect(str(whole_warehouse.warehouse), read_only=True) as connection:
        plan = connection.execute(
            "explain analyze select count(*) from staging.stg_interactions_versions "
            f"where event_date in (date '{day}') and superseded_date is null"
        ).fetchall()[0][1]
    assert re.findall(r"Total Files Read: (\d+)", plan) == [str(len(files))]
