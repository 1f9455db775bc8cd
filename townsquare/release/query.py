"""Asks the current release in SQL, read-only: one query, or a prompt."""

import contextlib
import readline
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from townsquare.errors import TownsquareError, shown
from townsquare.release import _shelf
from townsquare.settings import DATABASE, Home

MOST_SHOWN = 200
_WIDEST = 100_000
_HELP = """Type SQL and end it with a semicolon; the release is read-only.
  .tables or \\d      the relations with their rows and what they hold
  .schema T or \\d T  the columns of T with what they hold
  .quit or \\q        leave"""
_RELATIONS = """
    select case when schema_name = 'main' then '' else schema_name || '.' end || table_name
        as relation, estimated_size as rows,
        split_part(replace(comment, chr(10), ' '), '. ', 1) as description
    from duckdb_tables() order by schema_name, table_name
"""
_COLUMNS = """
    select column_name as "column", data_type as "type", comment as description
    from duckdb_columns()
    where not internal and table_name = ? and schema_name = ? order by column_index
"""

Answer = tuple[list[str], list[tuple[Any, ...]]]


@contextlib.contextmanager
def opened(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The current release, read-only; a query can neither write nor read other files."""
    path = _shelf.current_folder(home) / DATABASE
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def run_query(home: Home, sql: str) -> Answer:
    """The columns and rows of one query's answer."""
    with opened(home) as connection:
        return _answer(connection, sql)


def _answer(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> Answer:
    try:
        found = connection.execute(sql, list(values) or None)
        columns = [column[0] for column in found.description or []]
        return columns, found.fetchall() if columns else []
    except duckdb.Error as error:
        raise TownsquareError(_sentence(connection, error)) from error


def _sentence(connection: duckdb.DuckDBPyConnection, error: duckdb.Error) -> str:
    """DuckDB's own words on one line; of an unknown relation also which there are."""
    told = " ".join(
        line.strip() for line in str(error).split("\n\n")[0].splitlines() if line.strip()
    )
    if "read-only" in told or "cannot execute" in told.lower():
        return f"{told} A release never changes; copy what you need into a database of your own."
    if isinstance(error, duckdb.CatalogException) and "Table with name" in told:
        names = [row[0] for row in connection.execute(_RELATIONS).fetchall()]
        return f"{told} The release holds: {', '.join(names)}."
    return told


def show(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], console: Console | None = None
) -> None:
    """Print an answer as a table; past 200 rows it says how many it leaves out.

    No word of it is cut: a terminal that is too narrow gets a line per cell, and what is no
    terminal gets lines as long as they are.
    """
    console, told = console or Console(), rows[:MOST_SHOWN]
    table = _table(columns, told)
    width = Measurement.get(console, console.options.update(width=_WIDEST), table)
    if not console.is_terminal:
        console.width = max(console.width, width.maximum)
    if width.minimum > console.width:
        _show_records(columns, told, console)
    else:
        console.print(table)
    if len(rows) > MOST_SHOWN:
        console.print(f"... {len(rows) - MOST_SHOWN:,} more rows; add a limit, or use --json.")


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(columns):
        numbers = any(isinstance(row[place], int | float) for row in rows)
        table.add_column(Text(shown(name)), justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def _show_records(columns: Sequence[str], rows: Sequence[Sequence[Any]], console: Console) -> None:
    for number, row in enumerate(rows, start=1):
        console.print(f"row {number}", style="bold", highlight=False)
        record = Table(box=None, show_header=False, pad_edge=False)
        for name, value in zip(columns, row, strict=True):
            record.add_row(Text(shown(name)), Text(_cell(value)))
        console.print(record)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else shown(str(value))


def prompt(home: Home) -> None:
    """Read statements until the end of the input; the terminal's history is kept in the home."""
    with opened(home) as connection, _remembered(home.root / ".sql_history"):
        console = Console()
        if sys.stdin.isatty():
            console.print(f"Release {_shelf.current_folder(home).name}; .help helps, .quit leaves.")
        for statement in _statements():
            if statement in {".quit", ".exit", "\\q"}:
                break
            try:
                _say(connection, statement, console)
            except TownsquareError as error:
                console.print(str(error), style="red", highlight=False, markup=False)


def _say(connection: duckdb.DuckDBPyConnection, statement: str, console: Console) -> None:
    word, _, rest = statement.partition(" ")
    if word in {".help", "\\?"}:
        console.print(_HELP, highlight=False, markup=False)
    elif word in {".tables", "\\d", ".schema"} and not rest:
        show(*_answer(connection, _RELATIONS), console)
    elif word in {".schema", "\\d"}:
        schema, _, name = rest.strip().strip(";").rpartition(".")
        show(*_answer(connection, _COLUMNS, name, schema or "main"), console)
    elif word.startswith((".", "\\")):
        console.print(_HELP, highlight=False, markup=False)
    else:
        show(*_answer(connection, statement), console)


def _statements() -> Iterator[str]:
    """What is typed: SQL up to a semicolon, a command up to the end of its line."""
    lines: list[str] = []
    while True:
        try:
            line = input(_mark(is_first=not lines))
        except EOFError:
            break
        except KeyboardInterrupt:
            lines = []
            continue
        if not lines and line.lstrip().startswith((".", "\\")):
            yield line.strip()
        elif line.strip() or lines:
            lines.append(line)
            if line.rstrip().endswith(";"):
                yield "\n".join(lines)
                lines = []
    if "".join(lines).strip():
        yield "\n".join(lines)


def _mark(is_first: bool) -> str:
    if not sys.stdin.isatty():
        return ""
    return "townsquare> " if is_first else "       ...> "


@contextlib.contextmanager
def _remembered(path: Path) -> Iterator[None]:
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            readline.write_history_file(path)
