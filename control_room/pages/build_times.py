"""How long every model took in the last releases, and how many rows it held."""

from typing import Any

from control_room import reading
from control_room.reading import Asked

_SHOWN = 7
_RUNS = "select layer, model, status, n_rows, seconds from meta.model_runs"


def facts(asked: Asked) -> dict[str, Any]:
    """One line per model, the slowest first; its times and rows from the oldest to the newest."""
    shelved = list(reversed(reading.releases(asked.home)[:_SHOWN]))
    told = [{row["model"]: row for row in one.ask(_RUNS)} for one in shelved]
    newest = told[-1] if told else {}
    slowest = sorted(newest.values(), key=lambda row: -(row["seconds"] or 0))
    models = [_model(row, [runs.get(row["model"]) for runs in told]) for row in slowest]
    return {
        "releases": shelved,
        "models": models,
        "total": sum(row["seconds"] or 0 for row in newest.values()),
        "longest": max((time or 0 for one in models for time in one["seconds"]), default=0),
    }


def _model(newest: dict[str, Any], runs: list[dict[str, Any] | None]) -> dict[str, Any]:
    return {
        "model": newest["model"],
        "layer": newest["layer"],
        "status": newest["status"],
        "seconds": [run and run["seconds"] for run in runs],
        "rows": [run and run["n_rows"] for run in runs],
    }
