"""Where every published column comes from: dbt's artifacts, traced column by column."""

from townsquare.lineage._artifacts import Project, Run, read_project, read_runs
from townsquare.lineage._edges import ROWS, Edge, Graph, Node, graph, node
from townsquare.lineage._origins import Origins, Source

__all__ = [
    "ROWS",
    "Edge",
    "Graph",
    "Node",
    "Origins",
    "Project",
    "Run",
    "Source",
    "graph",
    "node",
    "read_project",
    "read_runs",
]
