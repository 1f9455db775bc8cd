"""Follows edges back to the contract: which landed columns a published column is made of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from townsquare.lineage._edges import Edge, Graph, Node
from townsquare.lineage._steps import How


@dataclass(frozen=True)
class Source:
    """Columns of the contract, `table.column`, or `table` where its rows are counted.

    `how` tells of the whole way: the strongest word of its steps.
    """

    columns: frozenset[str] = frozenset()
    how: How = How.CONSTANT

    def __or__(self, other: "Source") -> "Source":
        """Both."""
        return Source(self.columns | other.columns, max(self.how, other.how))


_UNRESOLVED = Source(how=How.UNRESOLVED)


class Origins:
    """Answers for one graph, each question once."""

    def __init__(self, graph: Graph) -> None:
        self._columns = graph.columns
        self._of_column: dict[tuple[Node, str], list[Edge]] = defaultdict(list)
        self._of_rows: dict[Node, list[Edge]] = defaultdict(list)
        for edge in graph.edges:
            if edge.column is None:
                self._of_rows[edge.node].append(edge)
            else:
                self._of_column[edge.node, edge.column].append(edge)
        self._known: dict[tuple[Node, str], Source] = {}
        self._known_rows: dict[Node, frozenset[str]] = {}

    def column(self, node: Node, column: str) -> Source:
        """What one column is made of; UNRESOLVED where any step of the way is not known."""
        key = (node, column)
        if key not in self._known:
            self._known[key] = _UNRESOLVED  # for a model that reads itself
            self._known[key] = self._column(node, column)
        return self._known[key]

    def rows(self, node: Node) -> frozenset[str]:
        """Every contract table that has a say in which rows there are."""
        if node not in self._known_rows:
            self._known_rows[node] = frozenset()
            found = {node.name} if node.kind == "contract" else set()
            for edge in self._of_rows[node]:
                found |= self.rows(edge.upstream) if edge.upstream else set()
            self._known_rows[node] = frozenset(found)
        return self._known_rows[node]

    def _column(self, node: Node, column: str) -> Source:
        if node.kind == "contract":
            return Source(frozenset({f"{node.name}.{column}"}), How.COPIED)
        if node.kind == "pipeline":  # what a run is told of itself
            return Source()
        if node.kind != "model":
            return self._learned(node)
        edges = self._of_column.get((node, column))
        return _all(self._step(edge) for edge in edges) if edges else _UNRESOLVED

    def _step(self, edge: Edge) -> Source:
        how = How[edge.how.upper()]
        if edge.upstream is None:
            return Source(how=how)
        if edge.upstream_column is None:
            return Source(self.rows(edge.upstream), how)
        before = self.column(edge.upstream, edge.upstream_column)
        if before.how is not How.CONSTANT:
            return before | Source(how=how)
        # A sum of what is the same in each row, such as a word per kind of event, counts rows.
        is_count = how is How.AGGREGATED
        return Source(self.rows(edge.upstream), How.COUNTED) if is_count else before

    def _learned(self, node: Node) -> Source:
        """What is learned may have come from anything that its learner reads."""
        found = Source(how=How.LEARNED)
        for edge in self._of_rows[node]:
            for column in self._readable(edge):
                before = self.column(edge.upstream, column) if edge.upstream else Source()
                how = How.UNRESOLVED if before.how is How.UNRESOLVED else How.LEARNED
                found |= Source(before.columns, how)
        return found

    def _readable(self, edge: Edge) -> tuple[str, ...]:
        """The columns that are read; a score or a learned relation is one thing to whoever asks."""
        if edge.upstream_column is not None:
            return (edge.upstream_column,)
        upstream = edge.upstream
        return self._columns.get(upstream, ()) if upstream and upstream.kind == "model" else ("",)


def _all(sources: Iterable[Source]) -> Source:
    found = Source()
    for one in sources:
        found |= one
    return found
