"""The product's metrics, declared once in dbt's semantic layer and asked through MetricFlow."""

from townsquare.metrics._declared import (
    DECLARATIONS,
    Metric,
    declarations,
    read_declarations,
    read_metrics,
)
from townsquare.metrics._engine import DAY, Engine, Question

__all__ = [
    "DAY",
    "DECLARATIONS",
    "Engine",
    "Metric",
    "Question",
    "declarations",
    "read_declarations",
    "read_metrics",
]
