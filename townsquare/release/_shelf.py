"""The kept releases and the link `current`: reading, switching, and clearing what is old."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from townsquare.errors import TownsquareError
from townsquare.release import _history, _ids
from townsquare.settings import DATABASE, Home
from townsquare.whole import sync

MANIFEST = "manifest.json"
KEPT_FAILURES = 3


@dataclass(frozen=True)
class Release:
    """One kept release and what its manifest says."""

    release_id: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def as_of(self) -> date:
        """The release knows what happened before this date."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def database(self) -> Path:
        """Its tables, as one DuckDB file."""
        return self.folder / DATABASE

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the database; it changes only when somebody is erased from the release."""
        return str(self.manifest["files"][DATABASE]["sha256"])


def kept(home: Home) -> list[Release]:
    """Every release whose manifest can be read, oldest first; `verify` names the others."""
    if not home.releases.exists():
        return []
    folders = [path for path in home.releases.iterdir() if _ids.is_id(path.name)]
    ordered = sorted(folders, key=lambda path: _ids.order(path.name))
    return [
        Release(path.name, path, manifest)
        for path in ordered
        if (manifest := manifest_of(path)) is not None
    ]


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """What a folder's manifest says; None where it has none, or a disk has damaged it."""
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return told


def write_manifest(folder: Path, told: dict[str, Any]) -> None:
    """Write a release's manifest whole, and have it on disk."""
    partial = folder / ".manifest"
    partial.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    sync(partial)
    partial.rename(folder / MANIFEST)
    sync(folder)


def current_id(home: Home) -> str | None:
    """The release that readers see, or None before the first."""
    return home.current.readlink().name if home.current.is_symlink() else None


def current_folder(home: Home) -> Path:
    """The folder of the current release, by its real path: DuckDB caches by path."""
    if not home.current.exists():
        raise TownsquareError(f"{home.releases} holds no release yet; `townsquare run` makes one.")
    return home.current.resolve()


def current(home: Home) -> Release:
    """The release that readers see."""
    return find(home, current_folder(home).name)


def find(home: Home, release_id: str) -> Release:
    """A kept release by its id."""
    found = {release.release_id: release for release in kept(home)}
    if release_id not in found:
        raise TownsquareError(
            f"{home.releases} keeps no whole release {release_id!r}; "
            f"choose one of: {', '.join(found) or 'none yet'}."
        )
    return found[release_id]


def switch(home: Home, release_id: str) -> None:
    """Point `current` at a release in one step that readers cannot see half of."""
    for left in home.releases.glob(".current-*"):
        left.unlink(missing_ok=True)
    link = home.releases / f".current-{os.getpid()}"
    link.symlink_to(release_id)
    link.replace(home.current)
    sync(home.releases)


def prune(home: Home, keep: int) -> list[str]:
    """Delete the oldest releases beyond so many, never the current one; returns their ids."""
    standing = current_id(home)
    removed = []
    for release in kept(home)[: -max(keep, 1)]:
        if release.release_id != standing:
            _history.note(home, "pruned", release.release_id)
            clear(release.folder)
            removed.append(release.release_id)
    if home.failed_candidates.exists():
        failed = [path for path in home.failed_candidates.iterdir() if _ids.is_id(path.name)]
        for path in sorted(failed, key=lambda path: _ids.order(path.name))[:-KEPT_FAILURES]:
            clear(path)
    return removed


def clear(folder: Path) -> None:
    """Delete a folder; it loses its name first, so that a kill leaves no half release behind."""
    doomed = folder.with_name(f".deleted-{folder.name}")
    if folder.exists():
        shutil.rmtree(doomed, ignore_errors=True)
        folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def all_folders(home: Home) -> list[Path]:
    """Every folder of a release or of a failed candidate, whole or not."""
    return [
        path
        for place in (home.releases, home.failed_candidates)
        if place.exists()
        for path in sorted(place.iterdir())
        if path.is_dir() and not path.is_symlink()
    ]


def sweep(home: Home) -> None:
    """Clear what a killed run left: half deleted folders, and candidates that nobody waits for."""
    for place in (home.releases, home.candidates, home.failed_candidates):
        if place.exists():
            for doomed in place.glob(".deleted-*"):
                shutil.rmtree(doomed, ignore_errors=True)
    if home.candidates.exists():
        for left in home.candidates.iterdir():
            clear(left)
