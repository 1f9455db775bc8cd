"""Runs every learner of a day, each after those it reads."""

import logging
import time
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import Any

import pyarrow.parquet as pq

from ml import ledger
from ml.learners._beside import run_beside
from ml.learners._declaration import Learner, load_all, needs
from ml.learners._run import NotAvailableError, Run, merge_inputs
from townsquare import faults, ingest, learned, warehouse
from townsquare.network import read_network
from townsquare.settings import Home

log = logging.getLogger(__name__)
DATES = "input_rebuild_dates"


def enrich(
    home: Home, as_of: str, learners: Sequence[Learner] | None = None, at_once: int = 1
) -> dict[str, Any]:
    """Run the learners for one day; what each says of itself, by name.

    With `at_once` above 1, so many run beside each other, in processes of their own. The first
    error of a learner is raised when those that run beside it have ended.
    """
    network, day = read_network(home), date.fromisoformat(as_of)
    chosen = load_all() if learners is None else learners
    with faults.told(home):
        learned.prepare(home)
        dates = _dates(home)
        merge_inputs(home, dates)
        landed = {table for account in ingest.read_accounts(home) for table in account.tables}
        jobs = {one.name: (_learn, Run(home, network, day, dates, one), landed) for one in chosen}
        told = {}
        for name, said in run_beside(jobs, needs(chosen), at_once):
            log.info("%s: %s", name, said)
            told[name] = said
    return {name: told[name] for name in jobs}


def _learn(run: Run, landed: set[str]) -> dict[str, Any]:
    began = time.monotonic()
    told = _try(run, landed)
    return told | {"seconds": round(time.monotonic() - began, 2)}


def _try(run: Run, landed: set[str]) -> dict[str, Any]:
    wanting = sorted(set(run.learner.wants) - landed)
    try:
        if wanting:
            raise NotAvailableError("for want of " + ", ".join(f"`{name}`" for name in wanting))
        summary: dict[str, Any] = import_module(run.learner.module).learn(run)
    except NotAvailableError as reason:
        run.withdraw()
        _tell(run, f"not available: {reason}")
        return {"available": False, "reason": str(reason)}
    _tell(run, "available")
    return {"available": True, **summary}


def _tell(run: Run, sentence: str) -> None:
    for relation in run.learner.writes:
        ledger.write_capability(run.home, relation, sentence, of="relations")


def _dates(home: Home) -> tuple[date, ...] | None:
    """The event dates that this run does again, or None when it is a full one."""
    if warehouse.planned_full(home):
        return None
    path = home.inputs / f"{DATES}.parquet"
    return tuple(pq.read_table(path)["rebuilt_date"].to_pylist())
