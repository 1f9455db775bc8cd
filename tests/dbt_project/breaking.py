"""Breaks what a data test guards: derived from the test and the columns, for any test there is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from townsquare.settings import Home

_GUARDED = 2000  # rows that a test of one relation is shown
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class DataTest:
    """A data test as dbt ran it."""

    name: str
    kind: str
    column: str | None
    sql: str
    relations: tuple[str, ...]
    passed: bool


def declared(home: Home) -> set[str]:
    """Every data test of the project that built this home."""
    found: set[str] = set()
    for path in home.dbt_target.glob("*/manifest.json"):
        nodes = json.loads(path.read_text(encoding="utf-8"))["nodes"]
        found |= {name for name, node in nodes.items() if node["resource_type"] == "test"}
    return found


def data_tests(home: Home) -> dict[str, DataTest]:
    """Every data test that the last build of each layer ran."""
    found: dict[str, DataTest] = {}
    for path in sorted(home.dbt_target.glob("*/run_results.json")):
        manifest = json.loads(path.with_name("manifest.json").read_text(encoding="utf-8"))
        for result in json.loads(path.read_text(encoding="utf-8"))["results"]:
            node = manifest["nodes"].get(result["unique_id"])
            if node is not None and node["resource_type"] == "test":
                found[result["unique_id"]] = _data_test(node, result, manifest["nodes"])
    return found


def _data_test(node: dict[str, Any], result: dict[str, Any], nodes: dict[str, Any]) -> DataTest:
    told = node.get("test_metadata") or {"name": "singular", "kwargs": {}}
    guarded = [node["attached_node"]] if node.get("attached_node") else node["depends_on"]["nodes"]
    return DataTest(
        name=node["name"],
        kind=told["name"],
        column=told["kwargs"].get("column_name"),
        sql=result["compiled_code"],
        relations=tuple(nodes[one]["relation_name"] for one in guarded if one in nodes),
        passed=result["status"] == "pass",
    )


@contextmanager
def opened(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees a home's databases, and can change nothing in them."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("warehouse", home.warehouse), ("marts", home.marts)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        yield connection


def breakage(connection: duckdb.DuckDBPyConnection, test: DataTest) -> str | None:
    """The change to a guarded relation that makes the test fail; None when nothing does."""
    for relation in test.relations:
        _copy(connection, relation, None if test.kind == "singular" else _GUARDED)
        sql = test.sql.replace(relation, "broken")
        if sql == test.sql:
            continue
        columns = connection.execute("describe broken").fetchall()
        for change in _changes(test, {name: kind for name, kind, *_ in columns}):
            if _fails(connection, sql, change):
                return f"{relation}: {change}"
    return None


def _copy(connection: duckdb.DuckDBPyConnection, relation: str, most: int | None) -> None:
    rows = f"select * from {relation}" + (f" limit {most}" if most else "")
    connection.execute(f"create or replace temp table broken as {rows}")
    if not connection.execute("select 1 from broken limit 1").fetchone():
        connection.execute("insert into broken default values")


def _fails(connection: duckdb.DuckDBPyConnection, sql: str, change: str) -> bool:
    connection.execute("begin")
    try:
        connection.execute(change)
        return bool(connection.execute(f"select 1 from (\n{sql}\n) limit 1").fetchone())
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        return False  # the column cannot hold such a value
    finally:
        connection.execute("rollback")


def _changes(test: DataTest, columns: dict[str, str]) -> Iterator[str]:
    """What the test is there for, where that is plain from its kind; else all that may go wrong."""
    twice = "insert into broken select * from broken"
    match test.kind:
        case "unique" | "unique_combination_of_columns":
            yield twice
        case "not_null":
            yield f'update broken set "{test.column}" = null'
        case "accepted_values" | "relationships":
            column = str(test.column)
            for value in _wrong(column, columns[column]):
                yield f'update broken set "{column}" = {value}'
        case _:
            for column, kind in columns.items():
                for value in _wrong(column, kind):
                    yield f'update broken set "{column}" = {value}'
            yield twice
            yield "delete from broken where rowid % 2 = 0"
            yield "delete from broken"
            for column in columns:
                yield f'update broken set "{column}" = null'


def _wrong(column: str, kind: str) -> Iterator[str]:
    """Values that a column of this type may come to hold by mistake."""
    name = f'"{column}"'
    if kind.endswith("[]"):
        yield from ("[]", f"list_concat({name}, {name})")
    elif kind.removeprefix("U").startswith(_NUMBERS):
        yield from ("-1", f"{name} + 1", f"{name} - 1", f"2 * {name} + 1", "1000000007", "0", "1")
    elif kind == "BOOLEAN":
        yield from (f"not {name}", "true", "false")
    elif kind.startswith(("DATE", "TIMESTAMP")):
        days = (400, -400, 1, -1)
        yield from (f"{name} + interval ({n}) day" for n in days)
        yield from ("date '1999-01-01'", "date '2999-01-01'")
    else:
        yield from ("'no such thing'", "''")
