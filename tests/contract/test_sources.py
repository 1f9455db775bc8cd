"""dbt's sources file says what the contract says."""

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from townsquare.contract import load_tables
from townsquare.contract._dbt import SOURCES_FILE, sources_yml
from townsquare.ingest import prepare
from townsquare.settings import Home


def test_sources_file_is_what_the_contract_generates():
    assert SOURCES_FILE.read_text(encoding="utf-8") == sources_yml(), (
        "run `python -m townsquare.contract`"
    )


def test_every_table_and_column_of_the_contract_is_described_to_dbt():
    (source,) = yaml.safe_load(sources_yml())["sources"]
    tables = {table["name"]: table for table in source["tables"]}
    assert tables.keys() == load_tables().keys()
    for name, table in load_tables().items():
        columns = {column["name"]: column for column in tables[name]["columns"]}
        assert list(columns) == [*table.columns, "batch_id", "event_date"]
        assert all(column["description"] for column in columns.values())
        assert tables[name]["description"].startswith("One row per")


@pytest.mark.parametrize("name", load_tables())
def test_the_location_that_dbt_reads_has_the_declared_columns_and_types(tmp_path, name):
    home = Home(tmp_path / "home")
    prepare(home)
    (source,) = yaml.safe_load(sources_yml())["sources"]
    (declared,) = [table for table in source["tables"] if table["name"] == name]
    location = (
        source["config"]["meta"]["external_location"]
        .replace('{{ env_var("TOWNSQUARE_HOME") }}', str(home.root))
        .replace("$name", name)
    )
    with duckdb.connect() as connection:
        found = connection.sql(f"describe select * from {location}").fetchall()
    assert [(row[0], row[1].lower()) for row in found] == [
        (column["name"], column["data_type"]) for column in declared["columns"]
    ]


def test_files_landed_under_an_older_contract_get_its_new_columns(tmp_path):
    # given: a home whose contract did not have the column `plan` yet
    home = Home(tmp_path / "home")
    prepare(home)
    empty = home.landing / "users" / "event_date=1970-01-01" / "empty.parquet"
    older = pq.read_table(empty, partitioning=None).drop_columns("plan")
    day = home.landing / "users" / "event_date=2024-01-01"
    day.mkdir()
    pq.write_table(older, empty)
    pq.write_table(older, day / "00000001-abc-0.parquet")
    # when
    prepare(home)
    # then
    assert pq.read_schema(day / "00000001-abc-0.parquet").equals(pq.read_schema(empty))
    assert "plan" in pq.read_schema(empty).names
