"""A fresh home per test, and short ways to land rows in it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from townsquare.ingest import Account, import_source
from townsquare.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def import_rows(home: Home, tmp_path: Path) -> Callable[..., Account]:
    """Write rows of one table as JSON lines and import them."""

    def run(table: str, rows: list[dict[str, Any]]) -> Account:
        path = tmp_path / "export" / f"{table}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        (account,) = import_source(home, "files", path)
        return account

    return run


@pytest.fixture
def landed(home: Home) -> Callable[..., list[tuple[Any, ...]]]:
    """Columns of the landed rows of a table, sorted."""

    def read(table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        files = f"{home.landing}/{table}/*/*.parquet"
        with duckdb.connect() as connection:
            rows = f"read_parquet('{files}', hive_types = {{'event_date': date}})"
            return connection.sql(f"select {columns} from {rows} order by all").fetchall()

    return read


@pytest.fixture
def rejected(home: Home) -> Callable[..., list[tuple[Any, ...]]]:
    """Reason and row of what is in quarantine."""

    def read(table: str) -> list[tuple[Any, ...]]:
        files = f"{home.rejected}/{table}/*.parquet"
        with duckdb.connect() as connection:
            return connection.sql(
                f"select source_file, row_number, reason, row from '{files}' order by all"
            ).fetchall()

    return read
