"""Every step that data takes, column by column: models by their SQL, learners by what they read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from townsquare.lineage._artifacts import Project
from townsquare.lineage._remembering import Memory
from townsquare.lineage._steps import How, Origin, Relation
from townsquare.network import Network

ROWS = "rows"


@dataclass(frozen=True, order=True)
class Node:
    """What data lies in or comes from.

    `kind` is model for a dbt model, score for a declared score, and for what dbt reads from
    outside the name of its source: contract, learned, learning or pipeline.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Edge:
    """One step: a column and one that it is made of.

    Without `column` the step is about whole rows: the upstream decides which there are. Without
    `upstream_column` rows of the upstream are counted. Without `upstream` nothing is read.
    """

    node: Node
    column: str | None
    upstream: Node | None
    upstream_column: str | None
    how: str


@dataclass(frozen=True)
class Graph:
    """All steps of a project, and the columns of each node in order."""

    edges: tuple[Edge, ...]
    columns: Mapping[Node, tuple[str, ...]]


def node(key: str) -> Node:
    """The node of one of dbt's unique ids."""
    kind, *_, source, name = key.split(".")
    return Node(source if kind == "source" else kind, name)


def graph(project: Project, network: Network) -> Graph:
    """Every edge, in the order of the project's models, then of learners and scores."""
    columns = {
        node(key): tuple(told["columns"]) for key, told in project.sources.items()
    }  # a source's columns are those that it declares
    found: list[Edge] = []
    memory = Memory(project.target.parent / "lineage.json" if project.target else None)
    for key in _in_order(project):
        edges = _of_model(project, key, columns, memory)
        columns[node(key)] = tuple(dict.fromkeys(one.column for one in edges if one.column))
        found += edges
    memory.keep()
    found += sorted(_of_learners(), key=_named)
    found += sorted(_of_scores(network), key=_named)
    return Graph(tuple(found), columns)


def _named(edge: Edge) -> tuple[Node, Node]:
    return edge.node, edge.upstream or edge.node


def _in_order(project: Project) -> Iterator[str]:
    """Models after those that they read, so that the columns behind a star are known."""
    needs = {key: project.upstream(key) for key in sorted(project.models)}
    return (key for key in TopologicalSorter(needs).static_order() if key in project.models)


def _of_model(
    project: Project, key: str, columns: Mapping[Node, tuple[str, ...]], memory: Memory
) -> list[Edge]:
    ours, upstream = node(key), project.upstream(key)
    edges = [Edge(ours, None, node(one), None, ROWS) for one in upstream]
    relations = {_relation(project, one): node(one) for one in upstream}
    readable = {relation: columns.get(one, ()) for relation, one in relations.items()}
    for column, origins in memory.trace(_sql(project, key), readable).items():
        for origin, how in sorted(_strongest(origins).items(), key=str):
            source = relations.get(origin[0]) if origin[0] else None
            edges.append(Edge(ours, column, source, origin[1], how.word))
    return edges


def _strongest(
    origins: frozenset[Origin],
) -> dict[tuple[Relation | None, str | None], How]:
    """One word for each upstream column: the one that tells most."""
    found: dict[tuple[Relation | None, str | None], How] = {}
    for one in origins:
        key = (one.relation, one.column)
        found[key] = max(one.how, found.get(key, one.how))
    return found


def _sql(project: Project, key: str) -> str:
    """The compiled query; what lies in files is named as if it were a table."""
    sql = project.compiled(key)
    for upstream in project.upstream(key):
        if upstream in project.sources:
            quoted = ".".join(f'"{part}"' for part in _relation(project, upstream))
            sql = sql.replace(project.sources[upstream]["relation_name"], quoted)
    return sql


def _relation(project: Project, key: str) -> Relation:
    if key in project.sources:
        found = node(key)
        return ("source", found.kind, found.name)
    told = project.models.get(key, {}).get("relation_name") or key
    return tuple(re.findall(r"[^\".]+", told))


def _of_learners() -> Iterator[Edge]:
    """A learner looks at all that it reads; which column moved which is not known."""
    from ml.learners import load_all

    learners = load_all()
    learned = {relation for one in learners for relation in one.writes}
    for learner in learners:
        for relation in learner.writes:
            for read in learner.reads:
                upstream = Node("learned" if read in learned else "model", read)
                yield Edge(Node("learned", relation), None, upstream, None, How.LEARNED.word)


def _of_scores(network: Network) -> Iterator[Edge]:
    """A score looks at the columns of its frame that its declaration allows."""
    from ml.declaration import load_all

    for score in load_all(network):
        ours, frame = Node("score", score.name), Node("model", score.frame)
        yield Edge(Node("learning", "scores"), None, ours, None, How.LEARNED.word)
        for column in (*score.grain, *score.features, score.label):
            yield Edge(ours, None, frame, column, How.LEARNED.word)
