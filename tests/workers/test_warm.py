"""Workers load what tasks import, and what they load survives the fork that makes a task."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from townsquare.airflow_env import environment
from townsquare.settings import Home

WARM = """
import json, os, sys, threading
from workers import warm
warm.warm_up()
loaded = [name for name in warm.MODULES if name in sys.modules]
own = [name for name in sys.modules if name.split(".")[0] in warm.OWN]
threads = threading.active_count()
read, write = os.pipe()
if os.fork() == 0:
    import duckdb
    from townsquare import warehouse
    from townsquare.network import read_network
    from townsquare.settings import Home
    home = Home.from_environment()
    duckdb.sql("set threads = 2")
    ((told,),) = duckdb.sql("select sum(range) from range(3000000)").fetchall()
    models = len(warehouse.parse(home, read_network(home)).nodes)
    os.write(write, json.dumps([int(told), models]).encode())
    os._exit(0)
os.close(write)
os.wait()
told = json.loads(os.read(read, 100))
print("RESULT" + json.dumps({"loaded": loaded, "own": own, "threads": threads, "forked": told}))
"""


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = Home(tmp_path_factory.mktemp("home"))
    done = subprocess.run(
        [sys.executable, "-c", WARM],
        env={**environment(home, 8080), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        cwd=os.sep,
        timeout=240,  # a task that waits for a thread which the fork has lost waits for ever
    )
    assert "RESULT" in done.stdout, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.split("RESULT")[-1])
    return found


def test_everything_that_is_named_is_loaded(warmed: dict[str, Any]) -> None:
    assert "dbt.cli.main" in warmed["loaded"]
    assert "great_expectations" in warmed["loaded"]


def test_a_task_runs_the_code_that_lies_on_the_disk(warmed: dict[str, Any]) -> None:
    assert warmed["own"] == []


def test_no_thread_is_left_to_be_lost_in_the_fork(warmed: dict[str, Any]) -> None:
    assert warmed["threads"] == 1


def test_what_was_loaded_works_in_a_fork(warmed: dict[str, Any]) -> None:
    total, nodes = warmed["forked"]
    assert total == 3_000_000 * 2_999_999 // 2
    assert nodes > 50
