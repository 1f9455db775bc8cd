"""Two of a kind on one home: the second is told who is first, and nothing is done twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ml import daily
from townsquare import ingest, locking, services, steps
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import Home

HOLD = """
import sys, time
from pathlib import Path
from townsquare import locking
from townsquare.settings import Home
with getattr(locking, sys.argv[2])(Home(Path(sys.argv[1])), sys.argv[3]):
    print("held", flush=True)
    time.sleep(120)
"""
STEPS: dict[str, Callable[[Home], object]] = {
    "build": lambda home: steps.build(home, "marts", "2025-07-01"),
    "audit": lambda home: steps.audit(home, "2025-07-01"),
    "publish": lambda home: steps.publish(home, "2025-07-01.1"),
    "enrich": lambda home: daily.enrich_all(home, "2025-07-01"),
    "learn": lambda home: daily.learn_all(home, "2025-07-01"),
    "land": lambda home: ingest.land(home, Network(adapter="files"), date(2025, 7, 1)),
}


@pytest.fixture
def hold(tmp_path: Path):
    """Another process that holds one of the home's locks."""
    started: list[subprocess.Popen[str]] = []

    def run(lock: str, doing: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, str(tmp_path), lock, doing]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("step", STEPS)
def test_every_step_that_writes_is_refused_while_another_process_writes(
    step: str, hold, tmp_path: Path
) -> None:
    first = hold("writer", "another pipeline")
    told = rf"process {first.pid} \(another pipeline\); wait until it ends"
    with pytest.raises(TownsquareError, match=told):
        STEPS[step](Home(tmp_path))
    assert not (tmp_path / "releases").exists()
    assert not (tmp_path / "landing").exists()


def test_the_lock_of_a_task_whose_parent_was_killed_names_the_task(hold, tmp_path: Path) -> None:
    """Airflow's supervisor may die before its task does: the orphan still writes, and is named."""
    task = hold("writer", "building marts")
    with pytest.raises(TownsquareError, match=rf"process {task.pid} \(building marts\)"):
        STEPS["build"](Home(tmp_path))
    os.kill(task.pid, signal.SIGKILL)
    task.wait()
    with locking.writer(Home(tmp_path), "after it"):
        assert "after it" in Home(tmp_path).lock.read_text()


def test_a_second_run_does_not_start_an_airflow_beside_the_firsts(hold, tmp_path: Path) -> None:
    first = hold("airflow", "townsquare run")
    home = Home(tmp_path)
    told = rf"process {first.pid} \(townsquare run\).*or keep one up with `townsquare up`"
    with (
        pytest.raises(TownsquareError, match=told),
        services.airflow(home, None, lambda _: None),
    ):
        raise AssertionError("it was started")
    assert [path.name for path in home.airflow.iterdir()] == [".lock"]
    assert home.airflow.stat().st_mode & 0o077 == 0
