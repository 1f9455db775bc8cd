"""Every way in which a kept release can be broken is found and named."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from townsquare import release
from townsquare.errors import TownsquareError
from townsquare.settings import Home

Publish = Callable[..., str]
DATABASE = "townsquare.duckdb"


def flip_a_bit(path: Path) -> None:
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


def cut(path: Path) -> None:
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size - 1)


def write_beside(path: Path) -> None:
    path.with_name(DATABASE + ".wal").write_bytes(b"rows")


def empty_the_manifest(path: Path) -> None:
    path.with_name("manifest.json").write_text("{")


BREAKS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "one bit": (flip_a_bit, DATABASE, "has the SHA-256"),
    "one byte less": (cut, DATABASE, "bytes, and its manifest says"),
    "no database": (Path.unlink, DATABASE, "is missing"),
    "a log beside it": (write_beside, DATABASE + ".wal", "is not in the manifest"),
    "no manifest": (lambda path: path.with_name("manifest.json").unlink(), "manifest.json",
                    "nothing vouches"),
    "half a manifest": (empty_the_manifest, "manifest.json", "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_release_is_named_and_the_whole_ones_are_not(
    how: str, home: Home, publish: Publish
) -> None:
    broken, whole = publish(), publish()
    assert release.verify(home) == (2, [])
    act, name, problem = BREAKS[how]

    act(home.releases / broken / DATABASE)

    n_releases, found = release.verify(home)
    assert n_releases == 2
    assert [one.path for one in found] == [home.releases / broken / name]
    assert problem in found[0].problem
    assert home.current.resolve().name == whole


def test_a_link_that_leads_nowhere_is_named(home: Home, publish: Publish) -> None:
    first, last = publish(), publish()
    shutil.rmtree(home.releases / last)
    (dangling,) = release.verify(home)[1]
    assert (dangling.path, last in dangling.problem) == (home.current, True)
    home.current.unlink()
    (missing,) = release.verify(home)[1]
    assert missing.path == home.current
    release.rollback(home, first)
    assert release.verify(home) == (1, [])


def test_a_home_without_releases_has_nothing_broken(tmp_path: Path) -> None:
    assert release.verify(Home(tmp_path)) == (0, [])


def test_a_manifest_that_a_disk_damaged_stops_nothing_but_its_own_release(
    home: Home, publish: Publish
) -> None:
    damaged, whole = publish(), publish()
    (home.releases / damaged / "manifest.json").write_text('{"files": {')
    assert [one["release_id"] for one in release.list_releases(home)] == [whole]
    assert publish() == "2025-07-01.3"
    with pytest.raises(TownsquareError, match=f"keeps no whole release '{damaged}'.*{whole}"):
        release.rollback(home, damaged)


def test_progress_counts_up_to_the_end(home: Home, publish: Publish) -> None:
    publish()
    told: list[tuple[str, int, int]] = []
    release.verify(home, lambda *what: told.append(what))
    assert told
    assert all(done <= total for _, done, total in told)
    assert json.loads((home.current / "manifest.json").read_text())["files"]
