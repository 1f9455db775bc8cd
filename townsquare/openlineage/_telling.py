"""Tells of each model of a build: when it ran, what it read and wrote, column by column."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from townsquare.network import Network
from townsquare.openlineage._places import transport
from townsquare.settings import Home

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

log = logging.getLogger(__name__)


def tell_build(home: Home, network: Network, target: Path) -> int:
    """Tell of the models that dbt has just built into this target; returns how many events went.

    A listener that cannot be reached is said in the log and asked no more: lineage is no reason
    for a run to fail or to wait.
    """
    place = transport(home)
    results = target / "run_results.json"
    if place is None or not results.exists():
        return 0
    from openlineage.client import OpenLineageClient

    told = 0
    client = OpenLineageClient(config={"transport": place})
    try:
        for event in _events(home, network, json.loads(results.read_text(encoding="utf-8"))):
            client.emit(event)
            told += 1
    except Exception as error:
        log.warning("OpenLineage events of %s are not told: %s", target.name, error)
    finally:
        client.close()
    return told


def _events(home: Home, network: Network, told: dict[str, Any]) -> "Iterator[RunEvent]":
    from townsquare import lineage
    from townsquare.openlineage._events import Events

    project = lineage.read_project(home)
    graph, dbt = lineage.graph(project, network), str(told["metadata"]["dbt_version"])
    made = Events(project, graph, network, dbt)
    for result in told["results"]:
        if result["unique_id"] in project.models and result["status"] != "skipped":
            yield from made.of(result)
