"""Reads from a release what the server is to hold: its tables, what they mean and their keys."""

from dataclasses import dataclass

import duckdb

from townsquare.serving._types import server_type
from townsquare.sql_text import identifier

Connection = duckdb.DuckDBPyConnection
Key = tuple[str, ...]
Keys = list[tuple[str, str, Key]]
_BY_ENDING = ("_id", "_date")


@dataclass(frozen=True)
class Column:
    """One column: its name, its type on the server, how it is read, what it means."""

    name: str
    kind: str
    read: str
    comment: str | None
    has_null: bool


@dataclass(frozen=True)
class Relation:
    """One table of a release."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    grains: tuple[Key, ...]
    references: tuple[Key, ...]

    @property
    def query(self) -> str:
        """What reads it from DuckDB, in the server's types."""
        read = ", ".join(f"{one.read} as {identifier(one.name)}" for one in self.columns)
        return f"select {read} from {identifier(self.schema)}.{identifier(self.name)}"

    def is_primary(self, key: Key) -> bool:
        """Whether a grain can be the primary key, which holds no null."""
        nullable = {one.name for one in self.columns if one.has_null}
        return key == self.grains[0] and nullable.isdisjoint(key)

    @property
    def looked_up(self) -> list[Key]:
        """What people look rows up by beyond the grains: what points elsewhere, ids and dates."""
        begins = {grain[0] for grain in self.grains}
        ids = [(name,) for grain in self.grains for name in grain[1:] if name.endswith(_BY_ENDING)]
        wanted = [key for key in (*self.references, *ids) if key[0] not in begins]
        return sorted(set(wanted))


def relations(connection: Connection) -> list[Relation]:
    """Every table of a release."""
    tables = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() "
        "where schema_name in ('main', 'meta') order by schema_name, table_name"
    ).fetchall()
    keys = _keys(connection)
    return [
        Relation(
            schema, name, comment, _columns(connection, schema, name), *_of(keys, schema, name)
        )
        for schema, name, comment in tables
    ]


def _columns(connection: Connection, schema: str, table: str) -> tuple[Column, ...]:
    found = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    place = f"{identifier(schema)}.{identifier(table)}"
    counted = ", ".join(f"count(*) > count({identifier(name)})" for name, _, _ in found)
    nulls = connection.execute(f"select {counted} from {place}").fetchall()[0]
    return tuple(
        Column(name, *server_type(table, name, kind), comment, has_null)
        for (name, kind, comment), has_null in zip(found, nulls, strict=True)
    )


def _keys(connection: Connection) -> Keys:
    """Relation, kind and columns of every key; none in a release that is older than meta.keys."""
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'meta' and table_name = 'keys'"
    ).fetchone()
    if known is None:
        return []
    rows = connection.execute("select relation, kind, column_names from meta.keys").fetchall()
    return [(relation, kind, tuple(columns)) for relation, kind, columns in rows]


def _of(keys: Keys, schema: str, name: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """The grains of a relation, the widest last, and its references."""
    own = [key for key in keys if (schema, key[0]) == ("main", name)]
    grains = sorted({columns for _, kind, columns in own if kind == "grain"})
    references = sorted({columns for _, kind, columns in own if kind == "reference"})
    return tuple(sorted(grains, key=len)), tuple(references)
