"""MetricFlow as a compiler: a question about metrics in, one SQL query for DuckDB out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from townsquare.errors import TownsquareError
from townsquare.metrics._declared import read_metrics

DAY = "metric_time__day"


@dataclass(frozen=True)
class Question:
    """Metrics, what to group them by, and which rows to look at, in MetricFlow's words."""

    metrics: Sequence[str]
    by: Sequence[str] = (DAY,)
    where: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
    limit: int | None = None


class Engine:
    """Answers for one set of declarations with SQL; it opens no database."""

    def __init__(self, declared: dict[str, Any]) -> None:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        self.metrics = {metric.name: metric for metric in read_metrics(declared)}
        manifest = parse_manifest_from_dbt_generated_manifest(json.dumps(declared))
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), _duckdb())

    def sql(self, question: Question) -> str:
        """The query that answers; TownsquareError where a metric or grouping does not exist."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest
        from metricflow_semantics.errors.error_classes import MetricFlowException

        for name in question.metrics:
            if name not in self.metrics:
                known = ", ".join(self.metrics) or "none"
                raise TownsquareError(f"There is no metric {name!r}; there are: {known}.")
        request = MetricFlowQueryRequest.create(
            metric_names=list(question.metrics),
            group_by_names=list(question.by),
            where_constraints=list(question.where) or None,
            time_constraint_start=_midnight(question.since),
            time_constraint_end=_midnight(question.until),
            order_by_names=list(question.by),
            limit=question.limit,
        )
        try:
            return str(self._engine.explain(request).sql_statement.sql)
        except MetricFlowException as error:
            raise TownsquareError(
                f"{', '.join(question.metrics)} cannot be asked by {', '.join(question.by)}"
                f"{' where ' + ' and '.join(question.where) if question.where else ''}; "
                f"group by {', '.join(self.groupings(question.metrics))}."
            ) from error

    def groupings(self, metrics: Sequence[str]) -> list[str]:
        """What these metrics can be grouped by, all of them at once."""
        found = self._engine.simple_dimensions_for_metrics(list(metrics))
        return sorted({DAY, *(one.dunder_name for one in found if one.name != "metric_time")})


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time()) if day else None


def _duckdb() -> Any:
    """What MetricFlow wants to know of a database that it does not ask anything."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class Dialect:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return Dialect()
