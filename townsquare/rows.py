"""Rows of a query as dicts, for those who ask by column."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]


def rows_of(
    connection: "duckdb.DuckDBPyConnection", query: str, values: object = None
) -> list[Row]:
    """Every row of a query by column; `values` are bound, in order or by name."""
    answer = connection.execute(query, values)
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
