"""Holds every kept release against the checksums of its manifest; it changes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from townsquare.integrity import Broken, Meter, sha256
from townsquare.progress import Told
from townsquare.release import _ids, _shelf
from townsquare.settings import Home

_MB = 1 << 20


def verify(home: Home, told: Told | None = None) -> tuple[int, list[Broken]]:
    """How many releases there are, and every file of theirs that is not what its manifest says."""
    folders = sorted(
        (path for path in _folders(home) if _ids.is_id(path.name)),
        key=lambda path: _ids.order(path.name),
    )
    total = sum(path.stat().st_size for folder in folders for path in _files(folder))
    meter = Meter(told, "checking releases (MB)", total, _MB)
    broken = [found for folder in folders for found in _release(folder, meter)]
    return len(folders), [*broken, *_link(home, folders)]


def _folders(home: Home) -> list[Path]:
    return list(home.releases.iterdir()) if home.releases.exists() else []


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _release(folder: Path, meter: Meter) -> Iterator[Broken]:
    manifest = folder / _shelf.MANIFEST
    try:
        listed: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        yield Broken(manifest, "is missing, so nothing vouches for this release")
        return
    except (ValueError, KeyError, TypeError) as error:
        yield Broken(manifest, f"cannot be read ({error})")
        return
    for name, expected in listed.items():
        yield from _file(folder / name, expected, meter)
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if name not in listed and name != _shelf.MANIFEST:
            yield Broken(path, "is not in the manifest; something wrote into the release")


def _file(path: Path, expected: dict[str, Any], meter: Meter) -> Iterator[Broken]:
    if not path.is_file():
        yield Broken(path, "is missing")
        return
    size = path.stat().st_size
    if size != expected["bytes"]:
        yield Broken(path, f"has {size:,} bytes, and its manifest says {expected['bytes']:,}")
        return
    seen = sha256(path, meter.add)
    if seen != expected["sha256"]:
        yield Broken(path, f"has the SHA-256 {seen}, and its manifest says {expected['sha256']}")


def _link(home: Home, folders: list[Path]) -> Iterator[Broken]:
    if not folders and not home.current.is_symlink():
        return
    standing = _shelf.current_id(home)
    if standing is None:
        yield Broken(home.current, "is missing, so readers find no release; roll back to one")
    elif standing not in {folder.name for folder in folders}:
        yield Broken(home.current, f"points at {standing}, which is not there; roll back to one")
