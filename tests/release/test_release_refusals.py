"""No room, no permission: publishing says so, `current` stays, and with either back it goes on."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import AS_OF, check, write_marts
from limits import files_no_larger_than

from townsquare import faults, quality, release
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import PROJECT_ROOT, Home

Publish = Callable[..., str]


def publish_on(home: Home) -> str:
    with faults.told(home):
        candidate = release.build_candidate(home, Network(), AS_OF)
        quality.write_results(candidate, [check()])
        return str(release.publish(home, Network(), candidate)["release_id"])


def test_a_full_disk_stops_publishing_and_harms_nothing(small_disk) -> None:
    disk = small_disk(16_000)
    home = Home(disk.folder / "var")
    write_marts(home)
    first = publish_on(home)
    free = os.statvfs(disk.folder).f_bavail * os.statvfs(disk.folder).f_frsize
    (disk.folder / "ballast").write_bytes(b"x" * (free - 200_000))

    with pytest.raises(TownsquareError, match=r"No space left.*is full \(\d+ MB free\)"):
        publish_on(home)

    assert home.current.resolve().name == first
    assert release.verify(home) == (1, [])
    (disk.folder / "ballast").unlink()
    assert publish_on(home) > first
    assert release.verify(home) == (2, [])
    assert not list(home.candidates.iterdir())


def test_a_limit_on_files_stops_publishing_and_harms_nothing(home: Home, publish: Publish) -> None:
    first = publish()
    with (
        files_no_larger_than(home.marts.stat().st_size // 2),
        pytest.raises(TownsquareError, match=r"File too large.*make room"),
    ):
        publish_on(home)
    assert home.current.resolve().name == first
    assert release.verify(home) == (1, [])
    assert publish() > first


def test_without_permission_publishing_says_which_and_harms_nothing() -> None:
    # pytest's own folders can be entered by their owner only, and the child becomes nobody.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        program = str(Path(__file__).with_name("unprivileged.py"))
        done = subprocess.run(
            [sys.executable, program, folder],
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        told = json.loads(done.stdout)
    for taken in ("releases", "candidates", "marts", "history"):
        assert "ermission denied" in told[taken]["told"], taken
        assert "give the permission back" in told[taken]["told"], taken
        assert told[taken]["current"] == "2025-07-01.1"
    assert told["afterwards"]["told"] == told["afterwards"]["current"] > "2025-07-01.1"
    assert told["killed"]["told"] == told["killed"]["current"] > told["afterwards"]["current"]
    assert {answer["broken"] for answer in told.values()} == {0}
