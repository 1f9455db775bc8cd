"""Brings a release onto the server beside what is read there, and shows it to nobody yet."""

from collections.abc import Iterator

import duckdb

from townsquare.errors import TownsquareError
from townsquare.release import Release
from townsquare.serving import _names, _roles
from townsquare.serving._names import ANALYST, LOADING_TABLES, LOADING_VIEWS, Place
from townsquare.serving._server import Server
from townsquare.serving._shape import Column, Relation, relations
from townsquare.sql_text import identifier, literal

_BATCH_ROWS = 100_000


def read(release: Release) -> list[Relation]:
    """What the release holds, and how."""
    with _opened(release) as connection:
        return relations(connection)


def load(server: Server, release: Release, held: list[Relation]) -> int:
    """Every table of the release with its keys and words, counted; returns the rows."""
    _schemas(server, LOADING_TABLES, release)
    rows = 0
    with _opened(release) as connection:
        for relation in held:
            place = _place(LOADING_TABLES, relation)
            # Made and filled in one transaction, the table needs no write-ahead log of its rows
            # where the server keeps none for others.
            with server.transaction():
                server.run(f"create table {place} ({', '.join(map(_column, relation.columns))})")
                reader = connection.sql(relation.query).to_arrow_reader(_BATCH_ROWS)
                server.copy(LOADING_TABLES.schema(relation.schema), relation.name, reader)
                rows += _counted(server, connection, release, relation)
                server.run_all((*_keys(place, relation), *_words(place, "table", relation)))
            server.run(f"analyze {place}")
    return rows


def make_views(server: Server, release: Release, held: list[Relation], of: Place) -> None:
    """The names that stay the same from release to release; every row says which one it is of."""
    _schemas(server, LOADING_VIEWS, release)
    guard = _roles.guarded(release, _names.place_of(release.release_id).marts)
    said = {"release_id": "The release that the row is of."}
    for relation in held:
        view = _place(LOADING_VIEWS, relation)
        columns = ", ".join(identifier(one.name) for one in relation.columns)
        has_own = any(one.name == "release_id" for one in relation.columns)
        extra = "" if has_own else f", {literal(release.release_id)}::text as release_id"
        told = f"select {columns}{extra} from {_place(of, relation)} where {guard}"
        words = _words(view, "view", relation, {} if has_own else said)
        server.run_all((f"create view {view} as {told}", *words))


def _opened(release: Release) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(release.database), read_only=True)


def _schemas(server: Server, place: Place, release: Release) -> None:
    told = f"Release {release.release_id}, as of {release.as_of} 00:00 UTC"
    for schema, words in ((place.marts, told), (place.meta, f"{told}: what it tells of itself")):
        server.run(f"create schema {schema}")
        server.run(f"comment on schema {schema} is {literal(words)}")
        server.run(f"grant usage on schema {schema} to {ANALYST}")


def _place(place: Place, relation: Relation) -> str:
    return f"{place.schema(relation.schema)}.{identifier(relation.name)}"


def _column(column: Column) -> str:
    return f"{identifier(column.name)} {column.kind}"


def _counted(
    server: Server, connection: duckdb.DuckDBPyConnection, release: Release, relation: Relation
) -> int:
    """The rows on the server, which must be those that the release was published with."""
    told = release.manifest["relations"].get(relation.name) if relation.schema == "main" else None
    if told is None:
        name = f"{identifier(relation.schema)}.{identifier(relation.name)}"
        told = {"rows": connection.execute(f"select count(*) from {name}").fetchall()[0][0]}
    ((found,),) = server.rows(f"select count(*) from {_place(LOADING_TABLES, relation)}")
    if found != told["rows"]:
        raise TownsquareError(
            f"The server holds {found:,} rows of {relation.name}, and release "
            f"{release.release_id} has {told['rows']:,}; readers keep the release that they have. "
            "Look with `townsquare status --verify` whether the release is whole."
        )
    return int(found)


def _keys(place: str, relation: Relation) -> Iterator[str]:
    for grain in relation.grains:
        columns = ", ".join(map(identifier, grain))
        if relation.is_primary(grain):
            yield f"alter table {place} add primary key ({columns})"
        else:
            yield f"create unique index on {place} ({columns}) nulls not distinct"
    for key in relation.looked_up:
        yield f"create index on {place} ({', '.join(map(identifier, key))})"


def _words(
    place: str, kind: str, relation: Relation, more: dict[str, str] | None = None
) -> Iterator[str]:
    yield f"grant select on {place} to {ANALYST}"
    if relation.comment:
        yield f"comment on {kind} {place} is {literal(relation.comment)}"
    told = {one.name: one.comment for one in relation.columns if one.comment} | (more or {})
    for name, words in told.items():
        yield f"comment on column {place}.{identifier(name)} is {literal(words)}"
