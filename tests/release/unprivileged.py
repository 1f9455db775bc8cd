"""Publishes as an account that may not write everywhere; prints what each attempt came to.

Run as a program on a folder. As root it gives its rights up first, because root may write anywhere.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from conftest import AS_OF, check, write_marts

from townsquare import faults, quality, release
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.release import _shelf
from townsquare.settings import Home

NOBODY = 65534
home = Home(Path(sys.argv[1]) / "var")
network = Network(keep_releases=3)


def publish() -> str:
    with faults.told(home):
        candidate = release.build_candidate(home, network, AS_OF)
        quality.write_results(candidate, [check()])
        return str(release.publish(home, network, candidate)["release_id"])


def attempt(work: Callable[[], str]) -> dict[str, object]:
    try:
        told = work()
    except TownsquareError as error:
        told = str(error)
    standing = home.current.resolve().name
    return {"told": told, "current": standing, "broken": len(release.verify(home)[1])}


def without_permission(path: Path) -> dict[str, object]:
    """Publish while a file or folder cannot be written, then give the permission back."""
    mode = path.stat().st_mode
    path.chmod(mode & 0o555)
    try:
        return attempt(publish)
    finally:
        path.chmod(mode)


def publish_twice_because_of_a_kill() -> str:
    """The first try ends when all files are closed and the manifest is not yet written."""
    candidate = release.build_candidate(home, network, AS_OF)
    quality.write_results(candidate, [check()])
    written = _shelf.write_manifest

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    _shelf.write_manifest = killed  # type: ignore[assignment]
    try:
        release.publish(home, network, candidate)
    except KeyboardInterrupt:
        _shelf.write_manifest = written
    return str(release.publish(home, network, candidate)["release_id"])


write_marts(home)
publish()  # once with all rights, so that everything is imported before they are given up
if os.getuid() == 0:
    for path in (home.root, *home.root.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
answers = {
    name: without_permission(path)
    for name, path in (
        ("releases", home.releases), ("candidates", home.candidates), ("marts", home.marts),
        ("history", home.releases / "history.jsonl"),
    )
}  # fmt: skip
answers["afterwards"] = attempt(publish)
answers["killed"] = attempt(publish_twice_because_of_a_kill)
sys.stdout.write(json.dumps(answers))
