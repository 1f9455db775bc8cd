"""Skips of a gate that were asked for and wait for the next release."""

import json
from difflib import get_close_matches
from pathlib import Path

from townsquare.account import who
from townsquare.errors import TownsquareError
from townsquare.quality import GATES, Check, read_results
from townsquare.release import _history, _shelf
from townsquare.settings import Home
from townsquare.whole import write_text


def skip_gate(home: Home, gate: str, reason: str) -> None:
    """Let the next release pass a gate, or one check by its name; the reason is kept."""
    if gate.split(".")[0] not in GATES:
        raise TownsquareError(
            f"{gate!r} is no gate; name {', '.join(GATES)}, or one check as the failed task does, "
            "for instance data.user_days.volume."
        )
    if not reason.strip():
        raise TownsquareError(f"A skip of {gate} needs a reason; give one with --reason.")
    _refuse_unknown(home, gate)
    told = {
        "gate": gate,
        "reason": reason,
        "skipped_by": who(),
        "skipped_at": _history.now().isoformat(),
    }
    home.releases.mkdir(parents=True, exist_ok=True)
    write_text(_file(home), json.dumps([*pending(home), told], indent=1) + "\n")


def _refuse_unknown(home: Home, gate: str) -> None:
    """A name with a slip of the pen would skip nothing, and only the next red run would tell."""
    checks = [
        check
        for folder in _shelf.all_folders(home)
        if (folder / "checks.json").exists()
        for check in read_results(folder)
    ]
    if gate in GATES or not checks or any(is_covered(check, gate) for check in checks):
        return
    near = get_close_matches(gate, {check.name for check in checks}, n=3, cutoff=0.4)
    hint = f"do you mean {' or '.join(near)}" if near else "name one as the failed task does"
    raise TownsquareError(f"No candidate that is kept has a check {gate!r}; {hint}?")


def is_covered(check: Check, gate: str) -> bool:
    """Whether a skip of this gate, or of a check by the start of its name, names this check."""
    return check.name == gate or check.name.startswith(gate + ".")


def pending(home: Home) -> list[dict[str, str]]:
    """The skips that the next release may use."""
    path = _file(home)
    found: list[dict[str, str]] = []
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def clear(home: Home) -> None:
    """Forget the pending skips: a release was published, so each needs a new decision."""
    _file(home).unlink(missing_ok=True)


def _file(home: Home) -> Path:
    return home.releases / "pending_skips.json"
