"""Jobs beside each other meet through files, since each has a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ml.learners._beside import run_beside
from townsquare.errors import TownsquareError

PATIENCE_SECONDS = 60
FOR_EVER = """
import sys
from pathlib import Path
from test_beside import tick
from ml.learners._beside import run_beside
if __name__ == "__main__":
    list(run_beside({"tick": (tick, Path(sys.argv[1]))}, {"tick": set()}, 2))
"""


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, "nobody came"
        time.sleep(0.02)


def meet(folder: Path, own: str, other: str) -> str:
    (folder / own).touch()
    wait_until((folder / other).exists)
    return f"{own} met {other}"


def leave(folder: Path, own: str) -> str:
    (folder / own).touch()
    return own


def fail_after(folder: Path, other: str) -> None:
    wait_until((folder / other).exists)
    raise TownsquareError("this one cannot")


def linger(folder: Path, own: str) -> None:
    (folder / own).touch()
    time.sleep(0.5)
    (folder / f"{own} ended").touch()


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tick(path: Path) -> None:
    while True:
        path.write_text(str(time.monotonic()))
        time.sleep(0.02)


def test_jobs_that_need_no_other_run_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for the other, so that one after the other would never end."""
    jobs = {"a": (meet, tmp_path, "a", "b"), "b": (meet, tmp_path, "b", "a")}
    assert dict(run_beside(jobs, {"a": set(), "b": set()}, 2)) == {
        "a": "a met b", "b": "b met a",
    }  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_job_begins_when_those_that_it_needs_have_ended(tmp_path: Path, at_once: int) -> None:
    jobs = {"last": (leave, tmp_path, "last"), "first": (leave, tmp_path, "first")}
    told = list(run_beside(jobs, {"last": {"first"}, "first": set()}, at_once))
    assert told == [("first", "first"), ("last", "last")]


@pytest.mark.parametrize("at_once", [1, 2])
def test_an_error_is_told_when_the_neighbour_has_ended_and_nothing_else_begins(
    tmp_path: Path, at_once: int
) -> None:
    """The neighbour comes first, so that it is there, or has been, when the other fails."""
    jobs = {
        "busy": (linger, tmp_path, "busy"),
        "fails": (fail_after, tmp_path, "busy"),
        "next": (leave, tmp_path, "next"),
        "later": (leave, tmp_path, "later"),
        "reader": (leave, tmp_path, "reader"),
    }
    needs = {name: {"fails"} if name == "reader" else set() for name in jobs}
    with pytest.raises(TownsquareError, match="this one cannot"):
        list(run_beside(jobs, needs, at_once))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["busy", "busy ended"]


def test_a_process_that_the_system_ends_is_told_with_the_way_out() -> None:
    with pytest.raises(TownsquareError, match=r"\(greedy\).*want of memory; free some"):
        list(run_beside({"greedy": (be_killed,)}, {"greedy": set()}, 2))


def test_a_job_ends_with_its_parent_however_that_was_killed(tmp_path: Path) -> None:
    mark, script = tmp_path / "mark", tmp_path / "for_ever.py"
    script.write_text(FOR_EVER)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    with subprocess.Popen(
        [sys.executable, str(script), str(mark)], env={**os.environ, "PYTHONPATH": path}
    ) as parent:
        wait_until(mark.exists)
        parent.kill()
    last = [""]

    def is_still() -> bool:
        before, last[0] = last[0], mark.read_text()
        time.sleep(0.2)
        return before == last[0] == mark.read_text()

    wait_until(is_still)
