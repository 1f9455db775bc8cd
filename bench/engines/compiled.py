"""Builds models from the SQL that dbt compiled, without dbt."""

from pathlib import Path
from typing import Any

import duckdb


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Two empty databases, called as dbt's are."""
    connection = duckdb.connect(str(folder / "warehouse.duckdb"))
    connection.execute(f"attach '{folder / 'marts.duckdb'}' as marts")
    connection.execute("set TimeZone = 'UTC'; set threads = 2")
    return connection


def make(
    connection: duckdb.DuckDBPyConnection, folder: Path, node: dict[str, Any], sql: str
) -> None:
    """Build one model anew from its compiled SQL; a frame or an input is written as well."""
    place = f'"{node["database"]}"."{node["schema"]}"'
    connection.execute(f"create schema if not exists {place}")
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    connection.execute(f'create or replace {kind} {place}."{node["name"]}" as {sql}')
    if node["schema"] in ("frames", "inputs"):
        rows = f'(select * from {place}."{node["name"]}")'
        connection.execute(f"copy {rows} to '{folder / node['name']}.parquet' (format parquet)")
