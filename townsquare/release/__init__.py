"""Releases: built as candidates, audited, switched to in one step, kept, rolled back and asked."""

from townsquare.release._candidate import build_candidate
from townsquare.release._history import skip_gate
from townsquare.release._publishing import (
    GateFailed,
    current_as_of,
    hold_gates,
    list_releases,
    publish,
    reject,
    rollback,
)
from townsquare.release._shelf import Release, current_folder, prune
from townsquare.release._verifying import verify

__all__ = [
    "GateFailed",
    "Release",
    "build_candidate",
    "current_as_of",
    "current_folder",
    "hold_gates",
    "list_releases",
    "prune",
    "publish",
    "reject",
    "rollback",
    "skip_gate",
    "verify",
]
