"""Rewrites DuckDB databases without a person: in fresh files, as deleted rows leave bytes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from townsquare import erasures
from townsquare.erasing._cleaning import Cleaning, of_derived
from townsquare.erasing._person import Person
from townsquare.release import erasure_rows
from townsquare.release import relation_rows as count_rows
from townsquare.settings import Home
from townsquare.sql_text import identifier, literal
from townsquare.warehouse import STORAGE_VERSION
from townsquare.whole import replacing

Table = tuple[str, str]
"""Schema and name."""


@contextmanager
def _opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(database)} as old (read_only)")
        yield connection


def _cleanings(
    connection: duckdb.DuckDBPyConnection, person: Person
) -> Iterator[tuple[Table, Cleaning]]:
    found: dict[Table, list[tuple[str, str]]] = {}
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = 'old' and not internal "
        "order by schema_name, table_name, column_index"
    )
    for schema, table, column, kind in rows.fetchall():
        found.setdefault((schema, table), []).append((column, kind))
    for table, columns in found.items():
        yield table, of_derived(person, columns)


def _place(database: str, table: Table) -> str:
    return f"{database}.{identifier(table[0])}.{identifier(table[1])}"


def names(database: Path, person: Person) -> bool:
    """Whether any cell of the database names the person."""
    with _opened(database) as connection:
        return any(
            connection.execute(
                f"select 1 from {_place('old', table)} where {cleaning.named} limit 1"
            ).fetchone()
            for table, cleaning in _cleanings(connection, person)
        )


def relation_rows(database: Path) -> dict[str, int]:
    """The rows of every published relation, counted."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return count_rows(connection)


def clean(database: Path, person: Person, home: Home) -> dict[str, int]:
    """Write the database anew without the person; returns the rows of its published relations.

    The file takes the old one's place in one step, so a reader has the one or the other.
    """
    with replacing(database, durable=True) as partial:
        with _opened(database) as connection:
            connection.execute(
                f"attach {literal(partial)} as new (storage_version {literal(STORAGE_VERSION)})"
            )
            rows = {}
            for table, cleaning in _cleanings(connection, person):
                connection.execute(f"create schema if not exists new.{identifier(table[0])}")
                query = cleaning.query(_place("old", table))
                connection.execute(f"create table {_place('new', table)} as {query}")
                if table[0] == "main":
                    counted = connection.execute(f"select count(*) from {_place('new', table)}")
                    rows[table[1]] = int((counted.fetchone() or (0,))[0])
            _comment(connection)
            connection.execute("use new")
            _tell(connection, home)
            connection.execute("use memory")
            connection.execute("checkpoint new")
        partial.chmod(database.stat().st_mode)
    return rows


def tells_all(database: Path, home: Home) -> bool:
    """Whether meta.erasures and meta.model_versions tell of every erasure that there was."""
    with _opened(database) as connection:
        connection.execute("use old")
        asked = _untold(connection, home)
        return not any(connection.execute(query, given).fetchone() for query, given in asked)


def tell(database: Path, home: Home) -> None:
    """Have a release that does not name the person tell of the erasure all the same."""
    with replacing(database, durable=True) as partial:
        shutil.copy2(database, partial)
        with duckdb.connect(str(partial)) as connection:
            _tell(connection, home)
            connection.execute("checkpoint")


def _tell(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    held = _meta(connection)
    if "erasures" in held:
        connection.execute("delete from meta.erasures")
        for row in erasure_rows(home):
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into meta.erasures values ({marks})", list(row))
    if "model_versions" in held:
        for model, n_erased in erasures.erased_from(home).items():
            connection.execute(
                "update meta.model_versions set n_erased = ? "
                "where score_name || '/' || model_version = ?",
                [n_erased, model],
            )


def _meta(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables that tell of erasures, of those that the database has."""
    found = connection.execute(
        "select table_name from duckdb_columns() where schema_name = 'meta' "
        "and database_name = current_database() "
        "and (table_name = 'erasures' and column_name = 'receipt' "
        "or table_name = 'model_versions' and column_name = 'n_erased')"
    )
    return {str(name) for (name,) in found.fetchall()}


def _untold(
    connection: duckdb.DuckDBPyConnection, home: Home
) -> Iterator[tuple[str, list[object]]]:
    """Questions whose answer has a row where something is not told."""
    held = _meta(connection)
    if "erasures" in held:
        told = [str(row[0]) for row in erasure_rows(home)]
        yield (
            "select 1 where (select list_sort(list(receipt)) from meta.erasures) "
            "is distinct from list_sort(?::varchar[])",
            [told or None],
        )
    if "model_versions" in held:
        for model, n_erased in erasures.erased_from(home).items():
            yield (
                "select 1 from meta.model_versions "
                "where score_name || '/' || model_version = ? and n_erased != ?",
                [model, n_erased],
            )


def _comment(connection: duckdb.DuckDBPyConnection) -> None:
    """What tables and columns hold, as the old database describes it."""
    tables = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() "
        "where database_name = 'old' and comment is not null"
    )
    for schema, table, comment in tables.fetchall():
        place = _place("new", (schema, table))
        connection.execute(f"comment on table {place} is {literal(comment)}")
    columns = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'old' and comment is not null and not internal"
    )
    for schema, table, column, comment in columns.fetchall():
        place = f"{_place('new', (schema, table))}.{identifier(column)}"
        connection.execute(f"comment on column {place} is {literal(comment)}")
