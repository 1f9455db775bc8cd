"""What is planned and what was built, as two small files beside the warehouse remember it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from townsquare.settings import Home
from townsquare.whole import write_text

State = dict[str, Any]
"""A plan: as_of, the last landed file known (sequence), whether everything is built (full), and
what the models were (models)."""


def plan_file(home: Home) -> Path:
    """Where the plan of the run that is under way lies."""
    return home.warehouse.parent / "plan.json"


def built_file(home: Home) -> Path:
    """Where the plan of the last finished build lies."""
    return home.warehouse.parent / "built.json"


def read_plan(home: Home) -> State | None:
    """The plan of the run that is under way, or None."""
    return _read(plan_file(home))


def read_built(home: Home) -> State | None:
    """What the databases hold; None where nothing was built or one of them is lost."""
    is_there = home.warehouse.exists() and home.marts.exists()
    return _read(built_file(home)) if is_there else None


def write_plan(home: Home, planned: State) -> None:
    """Remember what the run under way is to build."""
    write_text(plan_file(home), json.dumps(planned))


def finish(home: Home) -> None:
    """Remember what the warehouse holds now, so that the next plan builds only what changed."""
    plan_file(home).replace(built_file(home))


def is_planned(home: Home, as_of: date) -> bool:
    """Whether a run of this date has begun and not finished."""
    planned = read_plan(home)
    return planned is not None and bool(planned["as_of"] == as_of.isoformat())


def planned_full(home: Home) -> bool:
    """Whether the run under way, or else the last, builds everything anew, as the first does."""
    state = read_plan(home) or _read(built_file(home))
    return state is None or bool(state["full"])


def built_as_of(home: Home) -> date | None:
    """The date that the last finished build was as of."""
    built = read_built(home)
    return date.fromisoformat(built["as_of"]) if built else None


def built_sequence(home: Home) -> int | None:
    """The last landed file that the last finished build knew of."""
    built = read_built(home)
    return int(built["sequence"]) if built else None


def known_sequence(home: Home) -> int | None:
    """The last landed file that the frames know of: of the run under way, or the last finished."""
    planned = read_plan(home)
    return int(planned["sequence"]) if planned else built_sequence(home)


def _read(path: Path) -> State | None:
    if not path.exists():
        return None
    state: State = json.loads(path.read_text(encoding="utf-8"))
    return state
