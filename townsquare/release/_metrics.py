"""What a release carries of the metrics: their declarations, and in meta their words and SQL."""

import json
from collections.abc import Iterator
from pathlib import Path

from townsquare.metrics import DECLARATIONS, Engine, Question, declarations
from townsquare.settings import Home
from townsquare.whole import write_text

Row = tuple[str, str, str, str, str]


def rows(home: Home) -> Iterator[Row]:
    """Name, label, kind, description, and the query that gives the metric by day."""
    told = declarations(home)
    if not told.get("metrics"):
        return
    engine = Engine(told)
    for name, metric in engine.metrics.items():
        yield name, metric.label, metric.kind, metric.description, engine.sql(Question([name]))


def keep(home: Home, candidate: Path) -> None:
    """Put the declarations beside the database, for whoever asks the release later."""
    told = declarations(home)
    if told:
        write_text(candidate / DECLARATIONS, json.dumps(told) + "\n")
