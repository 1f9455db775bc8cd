"""What is kept of an erasure: a journal while it runs, and a receipt that names no one after it."""

import json
import os
from typing import Any

from townsquare.settings import Home
from townsquare.whole import write_text


def read_journal(home: Home) -> dict[str, Any] | None:
    """The erasure that was begun and not finished, or None."""
    if not home.erasing.exists():
        return None
    told: dict[str, Any] = json.loads(home.erasing.read_text(encoding="utf-8"))
    return told


def write_journal(home: Home, told: dict[str, Any]) -> None:
    """Write it whole, on disk, and for the owner's eyes only: it holds the id until the end."""
    partial = home.erasing.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(home.erasing)


def delete_journal(home: Home) -> None:
    """The last step: overwrite it, then let it go."""
    path = home.erasing
    if path.exists():
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def receipts(home: Home) -> list[dict[str, Any]]:
    """Every receipt in order."""
    path = home.erasures
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def write_receipt(home: Home, told: dict[str, Any]) -> None:
    """Add a receipt, or replace the one of the same number."""
    kept = [one for one in receipts(home) if one["receipt"] != told["receipt"]]
    write_text(home.erasures, "".join(json.dumps(one) + "\n" for one in [*kept, told]))


def erased_from(home: Home) -> dict[str, int]:
    """By `score/version`, of how many erased people a model has seen."""
    counts: dict[str, int] = {}
    for one in receipts(home):
        for model in one["models"]:
            counts[model] = counts.get(model, 0) + 1
    return counts
