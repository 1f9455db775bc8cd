"""What happened to releases, one line per event."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from townsquare.account import who
from townsquare.settings import Home


def now() -> datetime:
    """The time that events are recorded with, UTC."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _file(home: Home) -> Path:
    return home.releases / "history.jsonl"


def note(home: Home, event: str, release_id: str, **more: object) -> None:
    """Add one event, on disk before this returns."""
    home.releases.mkdir(parents=True, exist_ok=True)
    told = {"at": now().isoformat(), "event": event, "release_id": release_id, "who": who(), **more}
    run_id = os.environ.get("AIRFLOW_CTX_DAG_RUN_ID")
    if run_id:
        told["run_id"] = run_id
    with _file(home).open("a", encoding="utf-8") as book:
        book.write(json.dumps(told) + "\n")
        book.flush()
        os.fsync(book.fileno())


def events(home: Home) -> list[dict[str, Any]]:
    """Every event in order; a line that a killed writer left half is passed over."""
    if not _file(home).exists():
        return []
    found: list[dict[str, Any]] = []
    for line in _file(home).read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def was(home: Home, event: str, release_id: str) -> bool:
    """Whether this ever happened to the release."""
    return bool(_times(home, event, release_id))


def when(home: Home, event: str, release_id: str) -> str:
    """When this last happened to the release, UTC; now, where nobody noted it."""
    return (_times(home, event, release_id) or [now().isoformat()])[-1]


def _times(home: Home, event: str, release_id: str) -> list[str]:
    asked = (event, release_id)
    return [told["at"] for told in events(home) if (told["event"], told["release_id"]) == asked]


def standing(home: Home) -> str | None:
    """The release that the history tells as current."""
    switches = [told for told in events(home) if told["event"] in ("published", "rolled_back")]
    return str(switches[-1]["release_id"]) if switches else None
