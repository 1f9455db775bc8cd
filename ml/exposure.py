"""Tells which model versions have seen a person, from the frames that they learned from."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from townsquare import frames
from townsquare.settings import Home


def versions_that_saw(home: Home, user_id: str) -> list[str]:
    """`score/version` of every model one of whose dates has a row of this person.

    A version whose frame is gone counts as one that saw them: it cannot be ruled out.
    """
    known: dict[tuple[str, str], set[date] | None] = {}
    found = []
    for path in sorted(home.models.glob("*/*/model.json")):
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        declared = facts["declared"]
        key = (str(declared["frame"]), str(declared["grain"][0]))
        if key not in known:
            known[key] = _dates(home, *key, user_id)
        dates = known[key]
        used = {date.fromisoformat(day) for days in facts["parts"].values() for day in days}
        if dates is None or dates & used:
            found.append(_name(path))
    return found


def _name(path: Path) -> str:
    return f"{path.parents[1].name}/{path.parent.name}"


def _dates(home: Home, frame: str, entity: str, user_id: str) -> set[date] | None:
    """The as_of_dates on which the frame has a row of the person; None where there is no frame."""
    path = frames.folder(home, frame)
    source = ds.dataset(path, format="parquet") if path.exists() else None
    if source is None or entity not in source.schema.names:
        return None
    rows = source.to_table(columns=["as_of_date"], filter=pc.field(entity) == user_id)
    return set(rows["as_of_date"].to_pylist())
