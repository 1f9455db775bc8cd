"""Triggers a DAG run through Airflow's REST API and follows it until it ends."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from townsquare.airflow_env import USER, WRITER_POOL, password
from townsquare.errors import TownsquareError
from townsquare.services import Running
from townsquare.settings import Home

POOL = {
    "name": WRITER_POOL,
    "slots": 1,
    "description": "DuckDB has one writer: every task that writes to the home takes this slot.",
    "include_deferred": False,
}

# Two questions take the server .06 s of CPU, which it shares with the tasks on a small machine.
FOLLOW_SECONDS = 1.5


@dataclass(frozen=True)
class TaskState:
    """Where one task of a run stands."""

    task_id: str
    state: str | None
    try_number: int
    seconds: float | None


class Airflow:
    """Airflow's REST API as one signed-in user, to be used in a `with` block."""

    def __init__(self, home: Home, up: Running) -> None:
        self._client = httpx.Client(base_url=up.url, timeout=30)
        token = self._client.post(
            "/auth/token", json={"username": USER, "password": password(home)}
        )
        if token.status_code >= 400:
            self._client.close()
            raise TownsquareError(
                f"Airflow at {up.url} refuses the user {USER!r} of {home.airflow}; "
                "it was started for another home or with other passwords. Stop it and try again."
            )
        self._client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def __enter__(self) -> Self:
        """Itself; its connections close with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections to the server."""
        self._client.close()

    def prepare(self, unpause: Sequence[str] = (), wait_seconds: float = 60) -> None:
        """Create the writer's pool where it is not there yet, and let these DAGs run."""
        found = self._client.get(f"/api/v2/pools/{POOL['name']}")
        if found.status_code == 404:
            self._call("POST", "/api/v2/pools", json=POOL)
        for dag_id in unpause:
            self._await_dag(dag_id, wait_seconds)
            self._call("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any], wait_seconds: float = 60) -> str:
        """Start a run of the DAG as soon as it is known; returns the run's id."""
        self.prepare([dag_id], wait_seconds)
        run_id = f"manual__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
        body = {"logical_date": None, "conf": conf, "dag_run_id": run_id}
        self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        return run_id

    def follow(self, dag_id: str, run_id: str, told: Callable[[list[TaskState]], None]) -> str:
        """Wait for the run to end, telling every change of its tasks; returns its state."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        while True:
            state: str = self._call("GET", path)["state"]
            told(self.tasks(dag_id, run_id))
            if state in {"success", "failed"}:
                return state
            time.sleep(FOLLOW_SECONDS)

    def list_runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The DAG's runs, the newest first, as Airflow tells them."""
        found = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=-run_after")
        rows: list[dict[str, Any]] = found["dag_runs"]
        return rows

    def tasks(self, dag_id: str, run_id: str) -> list[TaskState]:
        """The run's tasks in the order of their start."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        rows = self._call("GET", path)["task_instances"]
        rows.sort(key=lambda row: (row["start_date"] is None, row["start_date"] or ""))
        return [
            TaskState(row["task_id"], row["state"], row["try_number"], row["duration"])
            for row in rows
        ]

    def failure(self, dag_id: str, run_id: str) -> str:
        """The last error that the run's first failed task wrote into its log."""
        for task in self.tasks(dag_id, run_id):
            if task.state == "failed":
                path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}"
                log = self._call("GET", f"{path}/logs/{task.try_number}")
                return f"{task.task_id}: {_last_error(log['content'])}"
        return "no task says why"

    def _await_dag(self, dag_id: str, wait_seconds: float) -> None:
        deadline = time.monotonic() + wait_seconds
        while time.monotonic() < deadline:
            if self._client.get(f"/api/v2/dags/{dag_id}").status_code == 200:
                return
            time.sleep(0.3)
        errors = self._call("GET", "/api/v2/importErrors")["import_errors"]
        told = errors[0]["stack_trace"].strip().splitlines()[-1] if errors else "it is unknown"
        raise TownsquareError(f"Airflow does not offer the DAG {dag_id}: {told}.")

    def _call(self, method: str, path: str, json: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.request(method, path, json=json)
        if answer.status_code >= 400:
            raise TownsquareError(
                f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:300]}"
            )
        content: dict[str, Any] = answer.json() if answer.content else {}
        return content


def _last_error(content: list[dict[str, Any]]) -> str:
    """The exception that ended a task, from its structured log."""
    for line in reversed(content):
        for detail in line.get("error_detail") or []:
            return str(detail.get("exc_value") or detail.get("exc_type"))
    return "its log names no error; open it in the UI"
