"""Reads dbt's artifacts: which model is made of which, by what SQL, and how the last build went."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from townsquare.settings import Home


@dataclass(frozen=True)
class Run:
    """How one model fared in the last build of its layer."""

    layer: str
    model: str
    status: str
    seconds: float
    message: str
    started_at: str | None


@dataclass(frozen=True)
class Key:
    """Columns that no two rows of a relation share (grain), or that point elsewhere (reference)."""

    relation: str
    kind: str
    columns: tuple[str, ...]
    refers_to: str | None


@dataclass(frozen=True)
class Project:
    """The newest manifest of the dbt project on this home."""

    manifest: dict[str, Any]
    target: Path | None = None

    @cached_property
    def models(self) -> dict[str, dict[str, Any]]:
        """Every model by its unique id."""
        nodes: dict[str, dict[str, Any]] = self.manifest.get("nodes", {})
        return {key: node for key, node in nodes.items() if node["resource_type"] == "model"}

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """What the models read from outside, by its unique id."""
        found: dict[str, dict[str, Any]] = self.manifest.get("sources", {})
        return found

    @cached_property
    def published(self) -> dict[str, str]:
        """Unique id by relation, of every model that lies in the marts database."""
        return {
            node["alias"] if node.get("alias") else node["name"]: key
            for key, node in self.models.items()
            if node["database"] == "marts"
        }

    def upstream(self, key: str) -> list[str]:
        """What a model is made of directly."""
        return sorted(set(self.models[key]["depends_on"]["nodes"])) if key in self.models else []

    def compiled(self, key: str) -> str:
        """The SQL that a model was last built from, or nothing where it never was."""
        place = self.models[key].get("original_file_path")
        if place is None or self.target is None:
            return ""
        found = [*self.target.glob(f"*/compiled/*/{place}")]
        newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
        return newest.read_text(encoding="utf-8") if newest else ""

    def contract_tables(self, key: str) -> set[str]:
        """Every contract table that a model is made of in the end."""
        seen: set[str] = set()
        waiting = [key]
        while waiting:
            for one in self.upstream(waiting.pop()):
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        sources = [one.split(".") for one in seen if one.startswith("source.")]
        return {parts[-1] for parts in sources if parts[-2] == "contract"}

    def keys(self) -> Iterator[Key]:
        """What dbt tests of every published relation as its grain, and what points elsewhere."""
        names = {key: name for name, key in self.published.items()}
        for node in self.manifest.get("nodes", {}).values():
            told, relation = node.get("test_metadata"), names.get(node.get("attached_node"))
            is_of_all = node.get("config", {}).get("where") is None
            if told is not None and relation is not None and is_of_all:
                asked = told["kwargs"]
                columns = asked.get("combination_of_columns") or [asked.get("column_name")]
                if told["name"] in ("unique", "unique_combination_of_columns"):
                    yield Key(relation, "grain", tuple(columns), None)
                elif told["name"] == "relationships":
                    target = asked["to"].removeprefix("ref('").removesuffix("')")
                    yield Key(relation, "reference", tuple(columns), f"{target}.{asked['field']}")


def read_project(home: Home) -> Project:
    """The manifest that dbt wrote last; an empty one where dbt never ran."""
    found = sorted(home.dbt_target.rglob("manifest.json"), key=lambda path: path.stat().st_mtime)
    manifest = json.loads(found[-1].read_text(encoding="utf-8")) if found else {}
    return Project(manifest, home.dbt_target)


def read_runs(home: Home) -> list[Run]:
    """The last result of every model of every layer; a retry's results go over those it retried."""
    runs: dict[str, Run] = {}
    paths = home.dbt_target.rglob("run_results.json")
    for path in sorted(paths, key=lambda path: path.stat().st_mtime):
        layer = path.parent.name.removesuffix("-failed")
        for result in json.loads(path.read_text(encoding="utf-8"))["results"]:
            kind, _, name = result["unique_id"].partition(".")
            if kind == "model":
                runs[name] = _run(layer, name.split(".")[-1], result)
    return sorted(runs.values(), key=lambda run: (run.layer, run.model))


def _run(layer: str, model: str, result: dict[str, Any]) -> Run:
    started = [one["started_at"] for one in result["timing"] if one["name"] == "execute"]
    return Run(
        layer,
        model,
        str(result["status"]),
        float(result["execution_time"]),
        str(result.get("message") or ""),
        started[0] if started else None,
    )
