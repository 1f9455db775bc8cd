"""What happened to releases, one line per event, and the gate skips that wait for the next one."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from townsquare.account import who
from townsquare.errors import TownsquareError
from townsquare.quality import GATES
from townsquare.settings import Home
from townsquare.whole import write_text


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


def _skips_file(home: Home) -> Path:
    return home.releases / "pending_skips.json"


def skip_gate(home: Home, gate: str, reason: str) -> None:
    """Let the next release pass a gate, or one check by its name; the reason is kept."""
    if gate.split(".")[0] not in GATES:
        raise TownsquareError(
            f"{gate!r} is no gate; name {', '.join(GATES)}, or one check as the failed task does, "
            "for instance data.user_days.volume."
        )
    if not reason.strip():
        raise TownsquareError(f"A skip of {gate} needs a reason; give one with --reason.")
    told = {"gate": gate, "reason": reason, "skipped_by": who(), "skipped_at": now().isoformat()}
    home.releases.mkdir(parents=True, exist_ok=True)
    _write(_skips_file(home), [*pending_skips(home), told])


def pending_skips(home: Home) -> list[dict[str, str]]:
    """The skips that the next release may use."""
    path = _skips_file(home)
    found: list[dict[str, str]] = []
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def clear_skips(home: Home) -> None:
    """Forget the pending skips: a release was published, so each needs a new decision."""
    _skips_file(home).unlink(missing_ok=True)


def _write(path: Path, told: object) -> None:
    write_text(path, json.dumps(told, indent=1) + "\n")
