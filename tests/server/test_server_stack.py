"""The services of docker-compose.yml, all started by their own commands, and a run on them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from compose import PORTS, Machine, read
from test_compose_file import SECRETS

from bench.servers import Postgres, free_port, postgres
from townsquare import runs
from townsquare.services import Running
from townsquare.settings import PROJECT_ROOT, Home

WORKERS = ("worker-1", "worker-2")
DAILY = "townsquare_daily"


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory,
    townsquare: Callable[..., subprocess.CompletedProcess[str]],
) -> Home:
    """A small network that has never been run."""
    root = tmp_path_factory.mktemp("server") / "var"
    townsquare(root, "simulate", "--users", "150", "--days", "70")
    return Home(root)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """PostgreSQL with the settings and the first scripts of the file."""
    told = read(SECRETS)["services"]["postgres"]
    words = [word for word in told["command"][1:] if word != "-c"]
    with postgres(dict(word.split("=") for word in words)) as running:
        running.psql("create database serving")
        for mounted in told["volumes"][1:]:
            source, inside, _ = mounted.split(":")
            assert inside.startswith("/docker-entrypoint-initdb.d/")
            _first_script(running, PROJECT_ROOT / source, told["environment"])
        yield running


def _first_script(running: Postgres, path: Path, environment: dict[str, str]) -> None:
    """What the image does with a file in its folder of first scripts."""
    if path.suffix == ".sql":
        running.psql(path.read_text(encoding="utf-8"), "serving")
        return
    where = {"PGHOST": str(running.folder), "PGPORT": str(running.port), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", str(path)], env={**environment, **where}, check=True)


@pytest.fixture(scope="module")
def machine(
    home: Home, server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """Everything up and healthy, by the file's own checks."""
    logs = tmp_path_factory.mktemp("logs")
    ports = {port: free_port() for port in PORTS} | {5432: server.port}
    folders = {"/opt/townsquare": PROJECT_ROOT, "/srv/townsquare": home.root, "/srv/mlflow": logs}
    there = Machine(read(SECRETS)["services"], ports, folders, logs)
    try:
        assert there.is_healthy("postgres")
        there.start("redis", "redis")
        there.await_health("redis", 20)
        there.run("init")
        for name in ("mlflow", "api-server", "scheduler", "dag-processor", "triggerer"):
            there.start(name, name)
        _start_workers(there)
        for name in ("mlflow", "api-server", "scheduler", "dag-processor", "triggerer"):
            there.await_health(name, 180)
        yield there
    finally:
        there.stop()


def _start_workers(machine: Machine) -> None:
    """Those that are not there, as Docker starts what has ended."""
    for known_as in WORKERS:
        if known_as not in machine.processes:
            machine.start("worker", known_as, log_port=free_port())
            machine.await_health("worker", 180, known_as)


@pytest.fixture(scope="module")
def url(machine: Machine) -> str:
    return f"http://127.0.0.1:{machine.ports[8080]}"


@contextmanager
def _signed_in(url: str, user: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        words = {"username": user, "password": SECRETS[f"TOWNSQUARE_{user.upper()}_PASSWORD"]}
        answer = client.post("/auth/token", json=words)
        assert answer.status_code < 300, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def test_an_operator_may_trigger_a_viewer_may_only_look_and_a_stranger_nothing(url: str) -> None:
    runs_of = f"/api/v2/dags/{DAILY}/dagRuns"
    asked = {"logical_date": None, "conf": {"as_of": "not a date"}}
    assert httpx.get(url + runs_of).status_code == 401
    assert httpx.post(url + runs_of, json=asked).status_code == 401
    guess = {"username": "operator", "password": "operator"}
    assert httpx.post(f"{url}/auth/token", json=guess).status_code == 401
    with _signed_in(url, "viewer") as viewer:
        _await_dag(viewer)
        assert viewer.get(runs_of).status_code == 200
        assert viewer.post(runs_of, json=asked).status_code == 403
        assert viewer.patch(f"/api/v2/dags/{DAILY}", json={"is_paused": False}).status_code == 403
    with _signed_in(url, "operator") as operator:
        # Let in, and told what is wrong with the date.
        assert operator.post(runs_of, json=asked).status_code == 400


def _await_dag(client: httpx.Client) -> None:
    deadline = time.monotonic() + 90
    while client.get(f"/api/v2/dags/{DAILY}").status_code != 200:
        assert time.monotonic() < deadline, "the DAG processor has not told of the DAG"
        time.sleep(1)


def test_a_worker_is_healthy_as_long_as_it_answers_whatever_else_of_it_is_up(
    machine: Machine,
) -> None:
    stopped, other = WORKERS
    # The child that serves its logs goes on; only Celery hangs.
    os.kill(machine.processes[stopped].pid, signal.SIGSTOP)
    try:
        assert not machine.is_healthy("worker", stopped)
        assert machine.is_healthy("worker", other)
    finally:
        os.kill(machine.processes[stopped].pid, signal.SIGCONT)
    machine.await_health("worker", 30, stopped)


def test_what_a_killed_worker_had_is_done_by_the_other(machine: Machine, url: str) -> None:
    with _signed_in(url, "operator") as operator:
        run_id = _trigger(operator)
        path = f"/api/v2/dags/{DAILY}/dagRuns/{run_id}"
        killed = _kill_the_worker_that_runs(machine, operator, run_id, "land_source")
        assert not machine.is_healthy("worker", killed)
        deadline = time.monotonic() + 240
        while (told := operator.get(f"{path}/taskInstances/land_source").json())[
            "state"
        ] != "success":
            assert time.monotonic() < deadline and told["state"] != "failed", told
            time.sleep(1)
        assert told["try_number"] == 2
        assert (told["pool"], told["pool_slots"]) == ("townsquare_writer", 1)
        operator.patch(path, json={"state": "failed"}).raise_for_status()


@pytest.mark.soak
def test_a_run_is_green_although_a_worker_is_killed_in_the_middle(
    request: pytest.FixtureRequest, home: Home
) -> None:
    if "soak" not in request.config.getoption("markexpr"):
        pytest.skip("a soak test; run it with pytest -m soak")
    machine: Machine = request.getfixturevalue("machine")
    url, server = request.getfixturevalue("url"), request.getfixturevalue("server")
    _start_workers(machine)
    with _signed_in(url, "operator") as operator:
        run_id = _trigger(operator)
        _kill_the_worker_that_runs(machine, operator, run_id, "build_marts")
    with runs.Airflow(home, Running(machine.ports[8080])) as admin:
        state = admin.follow(DAILY, run_id, lambda _: None)
        tasks = {one.task_id: one for one in admin.tasks(DAILY, run_id)}
        assert state == "success", admin.failure(DAILY, run_id)
    assert tasks["build_marts"].try_number == 2
    assert {one.state for one in tasks.values()} == {"success"}
    _look_at_what_it_made(home, server)


def _trigger(operator: httpx.Client) -> str:
    operator.patch(f"/api/v2/dags/{DAILY}", json={"is_paused": False}).raise_for_status()
    asked = {"logical_date": None, "conf": {}}
    begun = operator.post(f"/api/v2/dags/{DAILY}/dagRuns", json=asked)
    return str(begun.raise_for_status().json()["dag_run_id"])


def _kill_the_worker_that_runs(
    machine: Machine, client: httpx.Client, run_id: str, task: str
) -> str:
    """Kill the worker that has the task, with all that it has started, and tell which it was."""
    path = f"/api/v2/dags/{DAILY}/dagRuns/{run_id}/taskInstances/{task}"
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        told = client.get(path).json()
        assert told.get("state") not in {"failed", "upstream_failed", "success"}, told
        if told.get("state") == "running" and told.get("pid") and psutil.pid_exists(told["pid"]):
            parents = {one.pid for one in psutil.Process(told["pid"]).parents()}
            for known_as in set(WORKERS) & set(machine.processes):
                if machine.processes[known_as].pid in parents:
                    machine.kill(known_as)
                    return known_as
        time.sleep(0.3)
    raise AssertionError(f"{task} was never seen to run")


def _look_at_what_it_made(home: Home, server: Postgres) -> None:
    server.psql("create role ada login in role analyst")
    release_id = home.current.readlink().name
    assert server.psql("select max(release_id) from releases", "serving", "ada") == release_id
    assert int(server.psql("select count(*) from users", "serving", "ada")) > 0
    assert server.psql("select slots from slot_pool where pool = 'townsquare_writer'",
                       "airflow", "airflow") == "1"  # fmt: skip
    trained = server.psql("select count(*) from experiments", "mlflow", "mlflow")
    assert int(trained) >= 1
