"""Builds the layers of the warehouse; a retry continues where the last try failed."""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from townsquare import databases, faults, frames, openlineage
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import Home
from townsquare.warehouse._dbt import parse, run_dbt, variables
from townsquare.warehouse._planning import plan
from townsquare.warehouse._state import finish, plan_file, read_plan

# What each layer's task builds: dbt selectors by folder, so that a new model needs no edit here.
LAYERS: dict[str, Sequence[str]] = {
    "warehouse": ("path:models/staging", "path:models/intermediate", "path:models/inputs"),
    "marts": ("path:models/marts",),
    "frames": ("path:models/features", "path:models/frames"),
    "published": ("path:models/published",),
}


def build(
    home: Home, network: Network, layer: str, as_of: date, retry: bool = False
) -> dict[str, int]:
    """Build and test one layer; with `retry`, continue after the models that a failed try built.

    Returns the number of dbt nodes by status. Raises TownsquareError with the first failures.
    """
    planned = read_plan(home)
    if planned is None or planned["as_of"] != as_of.isoformat():
        raise TownsquareError(
            f"{plan_file(home)} does not plan {as_of}, which is to be built; "
            "clear the task `build_warehouse` of this run first."
        )
    target = home.dbt_target / layer
    arguments = _retry(target, as_of) if retry else None
    if arguments is None:
        _begin(target, as_of)
        # Unit tests judge the code, not the day: the test suite runs them.
        selected = ["--select", *LAYERS[layer], "--exclude-resource-type", "unit_test"]
        arguments = ["build", *selected, *variables(network, as_of)]
        if planned["full"]:
            arguments.append("--full-refresh")
    manifest = None if retry else parse(home, network)  # `dbt retry` reads its own
    result = run_dbt(home, [*arguments, "--target-path", str(target)], manifest)
    openlineage.tell_build(home, network, target)
    counts = _counted(home, result, layer)
    if layer == "frames":
        frames.prune(home)
    return counts


def build_shape(home: Home, network: Network, as_of: date) -> None:
    """Build every model at once and test none: for whoever wants their columns, not their rows."""
    plan(home, as_of)
    target = ["--target-path", str(home.dbt_target / "shape"), "--quiet"]
    result = run_dbt(home, ["run", "--select", "path:models", *variables(network, as_of), *target])
    _counted(home, result, "models")
    finish(home)


def _begin(target: Path, as_of: date) -> None:
    """Forget the results of earlier days, so that a retry after a kill cannot go on with theirs."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    (target / "as_of").write_text(as_of.isoformat(), encoding="utf-8")


def _retry(target: Path, as_of: date) -> list[str] | None:
    """The arguments of a `dbt retry` after the last try of this day, if it left something."""
    begun = target / "as_of"
    if not (begun.exists() and begun.read_text(encoding="utf-8") == as_of.isoformat()):
        return None
    try:
        told = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # killed before or while it was written
        return None
    statuses = {result["status"] for result in told["results"]}
    if not statuses & {"error", "fail", "skipped", "runtime error"}:
        return None
    state = target.with_name(target.name + "-failed")
    shutil.rmtree(state, ignore_errors=True)
    shutil.copytree(target, state, ignore=shutil.ignore_patterns("compiled", "run"))
    return ["retry", "--state", str(state)]


def _counted(home: Home, result: Any, layer: str) -> dict[str, int]:
    nodes = getattr(result.result, "results", [])
    counts: dict[str, int] = {}
    for node in nodes:
        counts[str(node.status)] = counts.get(str(node.status), 0) + 1
    if result.success:
        return counts
    failed = [n for n in nodes if str(n.status) in {"error", "fail", "runtime error"}]
    told = "; ".join(f"{n.node.name}: {' '.join(str(n.message).split())}" for n in failed[:3])
    told = told or " ".join(str(result.exception).split())
    if any(databases.is_damage(str(said)) for said in (told, *(n.message for n in failed))):
        raise databases.DamagedError(f"A database is damaged ({told}).")
    mend = "Mend the model or the data it names, then clear this task to continue where it stopped."
    raise TownsquareError(
        f"dbt could not build the layer {layer}: {told}. {faults.way_out(home, told) or mend}"
    )
