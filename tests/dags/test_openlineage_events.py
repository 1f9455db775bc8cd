"""Airflow tells of its runs and tasks: it runs a small DAG, and the file is read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from townsquare.airflow_env import environment
from townsquare.settings import Home

DAG = """
import os
from airflow.sdk import dag, get_current_context, task
from dags.shared._layers import name_parent

@task
def build() -> str | None:
    name_parent(get_current_context()["ti"])
    return os.environ.get("OPENLINEAGE_PARENT_ID")

@task
def fail(parent: str | None) -> None:
    print("PARENT=" + str(parent))
    raise RuntimeError("the disk is full")

@dag(schedule=None)
def small():
    fail(build())

small()
"""


def run_small_dag(folder: Path, openlineage: str) -> tuple[Home, str]:
    """Run the DAG in a home of its own; what Airflow printed."""
    home, dags = Home(folder / "var"), folder / "small_dags"
    dags.mkdir()
    (dags / "small.py").write_text(DAG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOWNSQUARE_OPENLINEAGE", openlineage)
        told = {**environment(home, 8080), "PYTHONWARNINGS": "ignore"}
    told |= {"AIRFLOW__CORE__DAGS_FOLDER": str(dags), "NO_COLOR": "1"}
    said = ""
    for asked in (["db", "migrate"], ["dags", "test", "small"]):
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *asked],
            env=told, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
    return home, said


def read_events(home: Home) -> list[dict[str, Any]]:
    return [json.loads(line) for line in home.openlineage.read_text(encoding="utf-8").splitlines()]


def test_a_run_its_tasks_and_what_went_wrong_are_told(tmp_path: Path) -> None:
    home, said = run_small_dag(tmp_path, "file")
    assert home.openlineage.exists(), said[-3000:]
    events = read_events(home)
    told = {(event["job"]["name"], event["eventType"]): event for event in events}
    assert {("small.build", "START"), ("small.build", "COMPLETE"), ("small.fail", "FAIL")} <= {
        *told
    }
    assert {event["job"]["namespace"] for event in events} == {"townsquare"}
    built = told["small.build", "COMPLETE"]["run"]["runId"]
    assert built == told["small.build", "START"]["run"]["runId"]
    # what a task hands on names this very run as the parent of what it builds
    assert f"PARENT=townsquare/small.build/{built}" in said
    error = told["small.fail", "FAIL"]["run"]["facets"]["errorMessage"]
    assert "the disk is full" in error["message"]


@pytest.mark.parametrize("value", ["", None])
def test_nothing_is_told_to_whoever_did_not_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("TOWNSQUARE_OPENLINEAGE", raising=False)
    if value is not None:
        monkeypatch.setenv("TOWNSQUARE_OPENLINEAGE", value)
    told = environment(Home(tmp_path), 8080)
    assert told["AIRFLOW__OPENLINEAGE__DISABLED"] == "True"
    assert "AIRFLOW__OPENLINEAGE__TRANSPORT" not in told
    assert not Home(tmp_path).openlineage.parent.exists()
