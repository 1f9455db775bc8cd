"""A DAG file that is parsed again is the same version: Airflow keeps one per change, not more."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from townsquare.airflow_env import environment
from townsquare.settings import DAGS, Home

PARSE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.models.serialized_dag import SerializedDagModel
from airflow.serialization.serialized_objects import LazyDeserializedDAG
versions = {}
for _ in range(int(sys.argv[2])):
    for name, dag in DagBag(sys.argv[1], safe_mode=False).dags.items():
        told = LazyDeserializedDAG.from_dag(dag).data
        versions.setdefault(name, set()).add(SerializedDagModel.hash(told))
print("RESULT" + json.dumps({name: sorted(found) for name, found in versions.items()}))
"""
Versions = dict[str, set[str]]


@pytest.fixture
def versions(tmp_path: Path) -> Callable[[Path], Versions]:
    """The versions that 50 parses give, half of them in a process with another hash seed."""

    def parse(folder: Path) -> Versions:
        found: Versions = {}
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", PARSE, str(folder), "25"],
                env={
                    **environment(Home(tmp_path / "home"), 8080),
                    "PYTHONWARNINGS": "ignore",
                    "PYTHONHASHSEED": seed,
                },
                capture_output=True,
                text=True,
                check=False,
                cwd=os.sep,
            )
            assert "RESULT" in done.stdout, done.stderr[-2000:]
            for name, hashes in json.loads(done.stdout.split("RESULT")[-1]).items():
                found.setdefault(name, set()).update(hashes)
        return found

    return parse


def test_fifty_parses_make_one_version_of_every_dag(
    versions: Callable[[Path], Versions],
) -> None:
    found = versions(DAGS)
    assert found.keys() == {path.stem for path in DAGS.glob("*.py")}
    assert {name: len(hashes) for name, hashes in found.items() if len(hashes) != 1} == {}


def test_a_dag_that_looks_at_the_clock_is_noticed(
    versions: Callable[[Path], Versions], tmp_path: Path
) -> None:
    (tmp_path / "restless.py").write_text(
        "import time\nfrom airflow.sdk import dag, task\n"
        "@dag(tags=[str(time.time_ns())])\ndef restless():\n"
        "    @task\n    def nothing(): ...\n    nothing()\nrestless()\n"
    )
    assert len(versions(tmp_path)["restless"]) > 1
