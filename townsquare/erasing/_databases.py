"""Rewrites DuckDB databases without a person: in fresh files, as deleted rows leave bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from townsquare.erasing._cleaning import Cleaning, of_derived
from townsquare.erasing._person import Person
from townsquare.release import relation_rows as count_rows
from townsquare.sql_text import identifier, literal
from townsquare.warehouse import STORAGE_VERSION

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


def clean(database: Path, person: Person, erased_from: dict[str, int]) -> dict[str, int]:
    """Write the database anew without the person; returns the rows of its published relations.

    `erased_from` says by `score/version` of how many erased people a model has seen, for
    meta.model_versions. The file takes the old one's place in one step, so a reader has the one or
    the other.
    """
    partial = database.with_name(f".{database.name}.partial")
    partial.unlink(missing_ok=True)
    with _opened(database) as connection:
        connection.execute(
            f"attach {literal(partial)} as new (storage_version {literal(STORAGE_VERSION)})"
        )
        rows = {}
        for table, cleaning in _cleanings(connection, person):
            connection.execute(f"create schema if not exists new.{identifier(table[0])}")
            flagged = _flagged(table, cleaning, erased_from)
            connection.execute(
                f"create table {_place('new', table)} as {flagged.query(_place('old', table))}"
            )
            if table[0] == "main":
                counted = connection.execute(f"select count(*) from {_place('new', table)}")
                rows[table[1]] = int((counted.fetchone() or (0,))[0])
        _comment(connection)
        connection.execute("checkpoint new")
    partial.chmod(database.stat().st_mode)
    partial.replace(database)
    return rows


def _flagged(table: Table, cleaning: Cleaning, erased_from: dict[str, int]) -> Cleaning:
    if table != ("meta", "model_versions") or "n_erased" not in cleaning.cells:
        return cleaning
    seen = " ".join(f"when {literal(model)} then {n}" for model, n in sorted(erased_from.items()))
    told = f"case score_name || '/' || model_version {seen} else n_erased end"
    cells = {**cleaning.cells, "n_erased": told if seen else "n_erased"}
    return Cleaning(cleaning.gone, cleaning.named, cells)


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
