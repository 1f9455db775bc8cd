"""Runs every learner of a day, in one process, each after those it reads and two at a time."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import date
from graphlib import TopologicalSorter
from importlib import import_module
from typing import Any

import pyarrow.parquet as pq

from ml import ledger
from ml.learners._declaration import Learner, load_all, needs
from ml.learners._run import NotAvailableError, Run, merge_inputs
from townsquare import faults, ingest, learned, warehouse
from townsquare.network import read_network
from townsquare.settings import Home

log = logging.getLogger(__name__)
DATES = "input_rebuild_dates"
AT_ONCE = (
    2  # threads: sums over arrays run beside each other, and each learner's tables take memory
)


def enrich(home: Home, as_of: str, learners: Sequence[Learner] | None = None) -> dict[str, Any]:
    """Run the learners for one day; what each says of itself, by name.

    The first error of a learner is raised when those that run beside it have ended.
    """
    network, day = read_network(home), date.fromisoformat(as_of)
    chosen = load_all() if learners is None else learners
    with faults.told(home):
        learned.prepare(home)
        dates = _dates(home)
        merge_inputs(home, dates)
        landed = {table for account in ingest.read_accounts(home) for table in account.tables}
        runs = {one.name: Run(home, network, day, dates, one) for one in chosen}
        return _side_by_side(runs, landed)


def _side_by_side(runs: Mapping[str, Run], landed: set[str]) -> dict[str, Any]:
    """Every run in a thread of its own, begun when those that it reads have ended."""
    order = TopologicalSorter(needs([run.learner for run in runs.values()]))
    order.prepare()
    told: dict[str, Any] = {}
    going: dict[Future[dict[str, Any]], str] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            while order.is_active():
                going |= {pool.submit(_timed, runs[one], landed): one for one in order.get_ready()}
                for ended in wait(going, return_when=FIRST_COMPLETED).done:
                    name = going.pop(ended)
                    told[name] = ended.result()
                    order.done(name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {name: told[name] for name in runs}


def _timed(run: Run, landed: set[str]) -> dict[str, Any]:
    began = time.monotonic()
    said = _learn(run, landed)
    told = said | {"seconds": round(time.monotonic() - began, 2)}
    log.info("%s: %s", run.learner.name, told)
    return told


def _learn(run: Run, landed: set[str]) -> dict[str, Any]:
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
