"""What dbt makes of the declarations in models/semantic; nothing heavy is loaded to read it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from townsquare.settings import Home

DECLARATIONS = "semantic_manifest.json"


@dataclass(frozen=True)
class Metric:
    """One declared metric."""

    name: str
    label: str
    description: str
    kind: str


def declarations(home: Home) -> dict[str, Any]:
    """The declarations as dbt wrote them last; none without a build.

    A relation is named by its schema alone, because a release is a database of its own.
    """
    paths = home.dbt_target.rglob(DECLARATIONS)
    found = sorted(paths, key=lambda path: path.stat().st_mtime)
    told: dict[str, Any] = json.loads(found[-1].read_text(encoding="utf-8")) if found else {}
    spines = told.get("project_configuration", {}).get("time_spines", [])
    for declared in (*told.get("semantic_models", ()), *spines):
        place = declared["node_relation"]
        place["database"] = None
        place["relation_name"] = f'"{place["schema_name"]}"."{place["alias"]}"'
    return told


def read_metrics(told: dict[str, Any]) -> list[Metric]:
    """The metrics of these declarations, by name."""
    found = [
        Metric(one["name"], one["label"] or one["name"], one["description"] or "", one["type"])
        for one in told.get("metrics", ())
    ]
    return sorted(found, key=lambda metric: metric.name)


def read_declarations(path: Path) -> dict[str, Any]:
    """Declarations that a release carries."""
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told
