"""What DuckDB's types are on the server: the same values, in the same order, or a refusal."""

import re

from townsquare.errors import TownsquareError
from townsquare.sql_text import identifier

# Text compares by its bytes, as in DuckDB, and so sorts alike under any locale of the server.
_TEXT = 'text collate "C"'
# DuckDB's type, the server's, and what to cast to before it is handed over.
_SCALARS = {
    "BOOLEAN": ("boolean", None),
    "TINYINT": ("smallint", "smallint"),
    "SMALLINT": ("smallint", None),
    "INTEGER": ("integer", None),
    "BIGINT": ("bigint", None),
    "HUGEINT": ("numeric(38, 0)", "decimal(38, 0)"),
    "UTINYINT": ("smallint", "smallint"),
    "USMALLINT": ("integer", "integer"),
    "UINTEGER": ("bigint", "bigint"),
    "UBIGINT": ("numeric(20, 0)", "decimal(20, 0)"),
    "FLOAT": ("real", None),
    "DOUBLE": ("double precision", None),
    "VARCHAR": (_TEXT, None),
    "BLOB": ("bytea", None),
    "UUID": ("uuid", None),
    "DATE": ("date", None),
    "TIME": ("time", None),
    "TIMESTAMP": ("timestamp", None),
    "TIMESTAMP_S": ("timestamp", "timestamp"),
    "TIMESTAMP_MS": ("timestamp", "timestamp"),
    "TIMESTAMP WITH TIME ZONE": ("timestamptz", None),
}
_DECIMAL = re.compile(r"DECIMAL\(\d+, ?\d+\)")
_LIST = re.compile(r"(.+)\[\d*\]")
_NESTED = re.compile(r"(STRUCT|MAP|JSON|UNION)\b")


def server_type(relation: str, name: str, kind: str) -> tuple[str, str]:
    """The server's type of a column, and the expression that reads it from DuckDB for it.

    A list of plain values is an array; what is nested deeper, or has fields, is json. The server
    has no letter for the number zero, so it gets the sign for a letter that cannot be shown.
    """
    column = identifier(name)
    scalar = _scalar(kind)
    if scalar is not None:
        return scalar[0], _read(column, kind, scalar[1])
    listed = _LIST.fullmatch(kind)
    inner = listed and _scalar(listed[1])
    if listed and inner:
        each = _read("one", listed[1], inner[1])
        read = column if each == "one" else f"list_transform({column}, lambda one: {each})"
        return _array(inner[0]), read
    if listed or _NESTED.match(kind):
        return "json", f"cast(to_json({column}) as varchar)"
    raise TownsquareError(
        f"The column {relation}.{name} has the type {kind}, which PostgreSQL cannot hold exactly; "
        "cast it to another one in its model."
    )


def _scalar(kind: str) -> tuple[str, str | None] | None:
    if _DECIMAL.fullmatch(kind):
        return kind.replace("DECIMAL", "numeric"), None
    if kind.startswith("ENUM("):
        return _TEXT, "varchar"
    return _SCALARS.get(kind)


def _read(column: str, kind: str, cast: str | None) -> str:
    if kind == "VARCHAR":
        return f"replace({column}, chr(0), chr(65533))"
    if kind == "UUID":  # the driver knows the sixteen bytes only
        return f"unhex(replace(cast({column} as varchar), '-', ''))"
    return column if cast is None else f"cast({column} as {cast})"


def _array(of: str) -> str:
    base, collate, name = of.partition(" collate ")
    return f"{base}[]{collate}{name}"
