"""What each task of a DAG does, from landing to release; every step may run twice."""

import logging
from datetime import date
from typing import Any

from townsquare import databases, faults, ingest, locking, release, warehouse
from townsquare.errors import TownsquareError
from townsquare.network import Network, read_network
from townsquare.settings import Home

log = logging.getLogger(__name__)


def land(home: Home, as_of: str | None, again: bool = False) -> str:
    """Land what the source has before `as_of`; returns the date that the run is as of.

    Without a date it is the next day that the source can give; with `again`, the date of the
    release that stands, for a run whose news is a model and not a day.
    """
    if home.erasing.exists():
        raise TownsquareError(
            f"An erasure of {home.root} is under way or was interrupted; finish it first, by "
            "clearing its red task or with `townsquare erase`, then land."
        )
    with faults.told(home):
        network = read_network(home)
        last = release.current_as_of(home)
        day = _date(as_of) if as_of else last if again and last else None
        day = day or ingest.next_as_of(home, network, last)
        if last and day < last:
            log.warning("%s lies before %s, the date of the release that stands", day, last)
        for account in ingest.land(home, network, day):
            for name, table in account.tables.items():
                log.info("%s, %s: %s", account.source_file, name, table)
    return day.isoformat()


def build(home: Home, layer: str, as_of: str, retry: bool = False) -> dict[str, int]:
    """Build one layer of dbt models; with `retry`, continue where the last try failed.

    Where a database was lost or damaged, every layer up to this one is built anew.
    """
    network, day = read_network(home), _date(as_of)
    with faults.told(home), locking.writer(home, f"building {layer}"):
        counts = _build(home, network, layer, day, retry)
        if layer == list(warehouse.LAYERS)[-1]:
            warehouse.finish(home)
    return counts


def _build(home: Home, network: Network, layer: str, day: date, retry: bool) -> dict[str, int]:
    layers = list(warehouse.LAYERS)
    layers = layers[: layers.index(layer) + 1]
    is_first = len(layers) == 1
    try:
        if is_first and not (retry and warehouse.is_planned(home, day)):
            warehouse.plan(home, day)
        elif not is_first:
            databases.check(home)
        return warehouse.build(home, network, layer, day, retry)
    except databases.DamagedError as damage:
        log.warning("%s Everything up to the layer %s is built anew.", damage, layer)
    databases.set_aside(home)
    is_learned = any(home.learned.glob("*/[0-9]*.parquet"))  # an erasure leaves nothing of it
    warehouse.plan(home, day)
    for each in layers:
        counts = warehouse.build(home, network, each, day)
        if each == "warehouse" and not is_first and not is_learned:
            _learn_anew(home, day)
    return counts


def _learn_anew(home: Home, day: date) -> None:
    from ml import learners

    learners.enrich(home, day.isoformat())


def audit(home: Home, as_of: str) -> str:
    """Build the release candidate and hold the gates over it; returns the candidate's id.

    Raises release.GateFailed when a critical check fails; the candidate is then in quarantine.
    """
    from townsquare import quality

    network, day = read_network(home), _date(as_of)
    with faults.told(home), locking.writer(home, "auditing a candidate"):
        candidate = release.build_candidate(home, network, day)
        checks = quality.check(home, network, candidate, day)
        quality.write_results(candidate, checks)
        for failed in (one for one in checks if not one.success):
            log.warning("[%s] %s", failed.name, failed.message)
        release.hold_gates(home, candidate, checks)
        log.info("%d checks of %s hold", sum(one.success for one in checks), candidate.name)
    return candidate.name


def publish(home: Home, release_id: str) -> dict[str, Any]:
    """Make an audited candidate the current release."""
    network = read_network(home)
    with faults.told(home), locking.writer(home, "publishing"):
        return release.publish(home, network, home.candidates / release_id)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise TownsquareError(
            f"as_of is {text!r}, but must be a date like 2025-06-30; mend it and run again."
        ) from error
