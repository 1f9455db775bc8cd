"""Makes the two events of one dbt model's run, after OpenLineage's specification.

https://openlineage.io/docs/spec/facets/ describes each facet.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.facet_v2 import (
    DatasetFacet,
    RunFacet,
    column_lineage_dataset,
    documentation_dataset,
    error_message_run,
    job_type_job,
    parent_run,
    processing_engine_run,
    schema_dataset,
    sql_job,
)
from openlineage.client.uuid import generate_new_uuid

from townsquare import __version__
from townsquare.lineage import Edge, Graph, Node, Project, node
from townsquare.network import Network
from townsquare.openlineage._places import NAMESPACE, PARENT

PRODUCER = f"urn:townsquare:{__version__}"
_SUBTYPES = {"copied": "IDENTITY", "computed": "TRANSFORMATION", "aggregated": "AGGREGATION"}


class Events:
    """Events of one network's project."""

    def __init__(self, project: Project, graph: Graph, network: Network, dbt: str) -> None:
        self._project, self._graph, self._dbt = project, graph, dbt
        self._datasets = f"{NAMESPACE}://{network.name}"
        self._edges: dict[Node, list[Edge]] = defaultdict(list)
        for edge in graph.edges:
            self._edges[edge.node].append(edge)

    def of(self, result: Mapping[str, Any]) -> Iterator[RunEvent]:
        """A start and an end, from one result of dbt's run_results."""
        key = str(result["unique_id"])
        ran = [one for one in result["timing"] if one["name"] == "execute"]
        if not ran:
            return
        is_good = result["status"] == "success"
        run_id, job, facets = str(generate_new_uuid()), self._job(key), self._run_facets()
        yield RunEvent(
            eventType=RunState.START, eventTime=ran[0]["started_at"], producer=PRODUCER, job=job,
            run=Run(run_id, facets),
        )  # fmt: skip
        failed = {} if is_good else _error(str(result.get("message")))
        yield RunEvent(
            eventType=RunState.COMPLETE if is_good else RunState.FAIL,
            eventTime=ran[0]["completed_at"], producer=PRODUCER, job=job,
            run=Run(run_id, {**facets, **failed}),
            inputs=self._inputs(key), outputs=[self._output(key)],
        )  # fmt: skip

    def _job(self, key: str) -> Job:
        kind = job_type_job.JobTypeJobFacet("BATCH", "DBT", "MODEL", producer=PRODUCER)
        sql = sql_job.SQLJobFacet(self._project.compiled(key), producer=PRODUCER)
        return Job(NAMESPACE, f"dbt.{node(key).name}", {"jobType": kind, "sql": sql})

    def _run_facets(self) -> dict[str, RunFacet]:
        engine = processing_engine_run.ProcessingEngineRunFacet(self._dbt, "dbt", producer=PRODUCER)
        return {"processing_engine": engine, **_parent()}

    def _inputs(self, key: str) -> list[InputDataset]:
        upstream = [node(one) for one in self._project.upstream(key)]
        return [
            InputDataset(self._datasets, self._name(one), facets=self._schema(one, {}))
            for one in upstream
        ]

    def _output(self, key: str) -> OutputDataset:
        ours, told = node(key), self._project.models[key]
        facets = self._schema(ours, told.get("columns", {}))
        meant = str(told.get("description") or "")
        facets["documentation"] = documentation_dataset.DocumentationDatasetFacet(
            meant, producer=PRODUCER
        )
        facets["columnLineage"] = self._columns(ours)
        return OutputDataset(self._datasets, self._name(ours), facets=facets)

    def _schema(
        self, ours: Node, described: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, DatasetFacet]:
        fields = [
            schema_dataset.SchemaDatasetFacetFields(
                name, described.get(name, {}).get("data_type"),
                described.get(name, {}).get("description"),
            )
            for name in self._graph.columns.get(ours, ())
        ]  # fmt: skip
        return {"schema": schema_dataset.SchemaDatasetFacet(fields, producer=PRODUCER)}

    def _columns(self, ours: Node) -> column_lineage_dataset.ColumnLineageDatasetFacet:
        """Where each column comes from; of rows that are counted the specification has no word."""
        found: dict[str, list[column_lineage_dataset.InputField]] = defaultdict(list)
        for edge in self._edges[ours]:
            if edge.column and edge.upstream and edge.upstream_column:
                step = column_lineage_dataset.Transformation("DIRECT", _SUBTYPES.get(edge.how))
                field = column_lineage_dataset.InputField(
                    self._datasets, self._name(edge.upstream), edge.upstream_column, [step]
                )
                found[edge.column].append(field)
        fields = {name: column_lineage_dataset.Fields(told) for name, told in found.items()}
        return column_lineage_dataset.ColumnLineageDatasetFacet(fields, producer=PRODUCER)

    def _name(self, one: Node) -> str:
        return f"{one.kind}.{one.name}" if one.kind != "model" else one.name


def _error(message: str) -> dict[str, RunFacet]:
    facet = error_message_run.ErrorMessageRunFacet(message, "SQL", producer=PRODUCER)
    return {"errorMessage": facet}


def _parent() -> dict[str, RunFacet]:
    """The task of Airflow that this process is, where it said so."""
    namespace, _, rest = os.environ.get(PARENT, "").partition("/")
    job, _, run_id = rest.rpartition("/")
    if not job:
        return {}
    run, of = parent_run.Run(run_id), parent_run.Job(namespace, job)
    return {"parent": parent_run.ParentRunFacet(run, of, producer=PRODUCER)}
