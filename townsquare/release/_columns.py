"""What `meta` tells of each published column: its meaning, how fresh it is, where it comes from."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeAlias

import duckdb

from townsquare.ingest import Account
from townsquare.lineage import Graph, Node, Origins
from townsquare.release import _capabilities

Rows: TypeAlias = Iterable[tuple[object, ...]]
AS_OF = "as_of_date"
AS_OF_RELEASE = "meta.releases.as_of_date"


def rows(
    connection: duckdb.DuckDBPyConnection, graph: Graph, accounts: Sequence[Account]
) -> dict[str, Rows]:
    """The rows of `meta.lineage` and `meta.columns`."""
    fresh = {name: told for name, _, *told in _capabilities.freshness(accounts)}
    return {"lineage": _edges(graph), "columns": _columns(connection, graph, fresh)}


def _edges(graph: Graph) -> Rows:
    for edge in graph.edges:
        upstream = edge.upstream
        yield (
            edge.node.name, edge.node.kind, edge.column, upstream and upstream.name,
            upstream and upstream.kind, edge.upstream_column, edge.how,
        )  # fmt: skip


def _columns(
    connection: duckdb.DuckDBPyConnection,
    graph: Graph,
    fresh: dict[str, list[date | datetime | None]],
) -> Rows:
    origins = Origins(graph)
    told = connection.execute(_DESCRIBED).fetchall()
    dated = {relation for relation, column, *_ in told if column == AS_OF}
    for relation, column, position, kind, description in told:
        source = origins.column(Node("model", relation), column)
        tables = {one.partition(".")[0] for one in source.columns}
        events, landings = ([fresh[name][n] for name in tables] for n in (0, 1))
        yield (
            relation, column, position, kind.lower(), description,
            AS_OF if relation in dated else AS_OF_RELEASE,
            _newest(events), _newest(landings), source.how.word, sorted(source.columns),
        )  # fmt: skip


_DESCRIBED = """
    select table_name, column_name, column_index, data_type, comment
    from duckdb_columns()
    where schema_name = 'main' and database_name = current_database() and not internal
    order by table_name, column_index
"""


def _newest(times: Iterable[date | datetime | None]) -> date | datetime | None:
    return max((one for one in times if one is not None), default=None)
