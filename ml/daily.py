"""A day's learning over every declared score, as the DAGs run it."""

import logging
import os
from collections.abc import Sequence
from datetime import date
from typing import Any

from ml import scoring
from ml.declaration import load_all
from ml.learning import learn
from townsquare import faults, locking, steps, warehouse
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import Home

log = logging.getLogger(__name__)
AT_ONCE = 2  # learners: more would wait for the slowest of them, and each takes memory


def enrich_all(home: Home, as_of: str) -> dict[str, Any]:
    """Run every learner of the day; what each says of itself, by name."""
    from ml import learners

    _build_again(home, "warehouse", as_of, (home.inputs / f"{learners.DATES}.parquet").exists())
    with locking.writer(home, "enriching marts"):
        return learners.enrich(home, as_of, at_once=min(AT_ONCE, os.cpu_count() or 1))


def learn_all(home: Home, as_of: str) -> list[dict[str, Any]]:
    """Train what is due and score the day, score by score; the summaries in order of name."""
    _build_again(home, "frames", as_of, any(home.frames.glob("*.parquet")))
    return _each(home, date.fromisoformat(as_of), None, force=False)


def _build_again(home: Home, layer: str, as_of: str, is_there: bool) -> None:
    """Build what an erasure since the last task has taken, so that the day goes on without it."""
    if not is_there:
        log.warning("What the layer %s left is gone; it is built again.", layer)
        steps.build(home, layer, as_of)


def train_all(home: Home, names: Sequence[str]) -> list[dict[str, Any]]:
    """Train these scores on the frames that stand, whether or not they are due."""
    as_of = warehouse.built_as_of(home)
    if as_of is None:
        raise TownsquareError(
            f"{home.frames} holds no finished frames yet; run townsquare_daily first."
        )
    return _each(home, as_of, set(names), force=True)


def _each(home: Home, as_of: date, names: set[str] | None, force: bool) -> list[dict[str, Any]]:
    summaries = []
    with faults.told(home), locking.writer(home, "learning scores"):
        scoring.prepare(home)
        network = read_network(home)
        for score in load_all(network):
            if names is None or score.name in names:
                told = learn(home, network, score.name, as_of, force)
                log.info("%s: %s", score.name, told)
                summaries.append(told)
    return summaries
