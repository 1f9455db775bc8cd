"""DAG files are parsed in a process of their own, as Airflow does it, and asked about there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from townsquare.airflow_env import environment
from townsquare.settings import DAGS, SERVING_URL, Home

PARSE = """
import json, sys
from pathlib import Path
heavy = ("pandas", "lightgbm", "duckdb", "dbt", "mlflow", "great_expectations", "pyarrow")
import airflow.sdk
from airflow.timetables.assets import AssetOrTimeSchedule
before = set(sys.modules)
from airflow.dag_processing.dagbag import DagBag
during_airflow = set(sys.modules)
bag = DagBag(sys.argv[1], safe_mode=False)
dags = {
    dag.dag_id: {
        "doc": dag.doc_md,
        "tags": sorted(dag.tags),
        "max_active_runs": dag.max_active_runs,
        "params": sorted(dag.params),
        "tasks": {
            task.task_id: {
                "doc": task.doc_md,
                "pool": task.pool,
                "retries": task.retries,
                "upstream": sorted(task.upstream_task_ids),
            }
            for task in dag.tasks
        },
    }
    for dag in bag.dags.values()
}
added = {name.split(".")[0] for name in set(sys.modules) - during_airflow}
print("RESULT" + json.dumps({
    "errors": {str(k): str(v) for k, v in bag.import_errors.items()},
    "dags": dags,
    "heavy": sorted(added & set(heavy)),
}))
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = Home(tmp_path_factory.mktemp("home"))
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(DAGS)],
        # With a server to serve releases, so that every task there can be is looked at.
        env={**environment(home, 8080), "PYTHONWARNINGS": "ignore", SERVING_URL: "postgresql:"},
        capture_output=True,
        text=True,
        check=False,
        cwd=os.sep,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert lines, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(lines[-1].removeprefix("RESULT"))
    return result


def test_every_dag_file_gives_the_dag_of_its_name(parsed: dict[str, Any]) -> None:
    files = {path.stem for path in DAGS.glob("*.py")}
    assert files
    assert not parsed["errors"]
    assert set(parsed["dags"]) == files


def test_parsing_a_dag_file_imports_nothing_heavy(parsed: dict[str, Any]) -> None:
    assert parsed["heavy"] == []


def test_every_dag_and_task_says_what_to_do_when_it_is_red(parsed: dict[str, Any]) -> None:
    for name, dag in parsed["dags"].items():
        assert "red" in dag["doc"], name
        for task, told in dag["tasks"].items():
            assert told["doc"], f"{name}.{task} has no documentation"
            assert "\n    " not in told["doc"], f"{name}.{task}'s page would show code"


def test_every_task_that_writes_shares_the_one_slot_and_is_retried(parsed: dict[str, Any]) -> None:
    for name, dag in parsed["dags"].items():
        assert dag["max_active_runs"] == 1
        for task, told in dag["tasks"].items():
            assert told["pool"] == "townsquare_writer", f"{name}.{task}"
            assert told["retries"] >= 1, f"{name}.{task}"


def test_the_daily_dag_runs_its_layers_in_the_order_of_the_data(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["townsquare_daily"]["tasks"]
    order = [
        "land_source",
        "build_warehouse",
        "enrich_marts",
        "build_marts",
        "build_frames",
        "learn_scores",
        "build_published",
        "check_gates",
        "publish_release",
        "serve_release",
    ]
    assert sorted(tasks) == sorted(order)
    for before, after in zip(order, order[1:], strict=False):
        assert before in tasks[after]["upstream"], f"{after} does not wait for {before}"


def test_a_dag_file_is_short_and_holds_no_sql() -> None:
    for path in DAGS.glob("*.py"):
        text = path.read_text()
        assert "select " not in text.lower().replace("selected", "")
        assert sum(bool(line.strip()) for line in text.splitlines()) <= 160, path


def test_a_broken_dag_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from airflow.sdk import nothing_of_this_name\n")
    home = Home(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(tmp_path)],
        env={**environment(home, 8080), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout.split("RESULT")[-1])
    assert any("broken.py" in name for name in result["errors"])
