"""Places that many tests share: the public data, and one world built once for the whole run."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import guarding
import pytest

from townsquare.settings import PROJECT_ROOT, Home

WORLD = {"users": 2500, "days": 180, "seed": 7}


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(guarding.Watch())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a folder's tests on one worker of pytest-xdist, so that they share what they built."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.split("::")[0].split("/")[1]

    return ByFolder(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-guards", type=Path, help="Write what refused something to this file.")


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public data; without it, tests that judge on real data are skipped."""
    folder = Path(os.environ.get("TOWNSQUARE_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data in {folder}; say where it is with TOWNSQUARE_DATA")
    return folder


@pytest.fixture(scope="session")
def townsquare() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command `townsquare` on a home, as a user would."""

    def run(home: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", "from townsquare.cli import main; main()", *arguments],
            env={**os.environ, "TOWNSQUARE_HOME": str(home), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        guarding.SEEN.sentences.update(done.stderr.splitlines())
        if check and done.returncode:
            raise AssertionError(
                f"{arguments} ended with {done.returncode}:\n{done.stderr[-4000:]}"
            )
        return done

    return run


@pytest.fixture(scope="session")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    townsquare: Callable[..., subprocess.CompletedProcess[str]],
) -> Home:
    """A simulated network taken to its first release by Airflow; tests must not write to it.

    TOWNSQUARE_TEST_WORLD names one that was built before, for whoever works on the tests.
    """
    if os.environ.get("TOWNSQUARE_TEST_WORLD"):
        return Home(Path(os.environ["TOWNSQUARE_TEST_WORLD"]))
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the workers of one run share one world
        folder = folder.parent
    home, built = folder / "world" / "var", folder / "world" / "built"
    with (folder / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            asked = [part for name, value in WORLD.items() for part in (f"--{name}", str(value))]
            townsquare(home, "simulate", *asked)
            # Due every minute, and yet `townsquare run` must do the one run that was asked for.
            (home / "network.yml").write_text('schedule: "* * * * *"\n', encoding="utf-8")
            townsquare(home, "run")
            built.touch()
    return Home(home)


class SmallDisk:
    """A file system of its own that can be full and can grow."""

    def __init__(self, folder: Path, size_kb: int) -> None:
        self.folder = folder
        self._mount("-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs")

    def grow(self, size_kb: int) -> None:
        """Make room."""
        self._mount("-o", f"remount,size={size_kb}k")

    def _mount(self, *arguments: str) -> None:
        subprocess.run(["mount", *arguments, str(self.folder)], check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], SmallDisk]]:
    """Mount a disk of so many kilobytes; skipped where the machine lets nobody mount."""
    mounted: list[Path] = []

    def mount(size_kb: int) -> SmallDisk:
        folder = tmp_path / "disk"
        folder.mkdir()
        try:
            disk = SmallDisk(folder, size_kb)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no disk can be mounted here: {error}")
        mounted.append(folder)
        return disk

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)
