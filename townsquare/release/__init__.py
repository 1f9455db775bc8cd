"""Releases: built as candidates, audited, switched to in one step, kept, rolled back and asked."""

from townsquare.release._candidate import build_candidate
from townsquare.release._history import events
from townsquare.release._meta import erasure_rows, relation_rows
from townsquare.release._origin import memory_folder
from townsquare.release._publishing import (
    GateFailed,
    current_as_of,
    hold_gates,
    list_releases,
    publish,
    reject,
    rollback,
)
from townsquare.release._shape import build_shape
from townsquare.release._shelf import (
    Release,
    all_folders,
    current,
    current_folder,
    kept,
    manifest_of,
    prune,
    write_manifest,
)
from townsquare.release._shelf import sweep as clear_candidates
from townsquare.release._skipping import skip_gate
from townsquare.release._verifying import verify

__all__ = [
    "GateFailed",
    "Release",
    "all_folders",
    "build_candidate",
    "build_shape",
    "clear_candidates",
    "current",
    "current_as_of",
    "current_folder",
    "erasure_rows",
    "events",
    "hold_gates",
    "kept",
    "list_releases",
    "manifest_of",
    "memory_folder",
    "prune",
    "publish",
    "reject",
    "relation_rows",
    "rollback",
    "skip_gate",
    "verify",
    "write_manifest",
]
