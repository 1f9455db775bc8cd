"""Starts and stops the Airflow processes of a home, and knows whether they are up."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from townsquare import locking
from townsquare.airflow_env import environment, password
from townsquare.errors import TownsquareError
from townsquare.settings import Home

COMPONENTS = ("api-server", "scheduler", "dag-processor")
START_SECONDS = 180
STOP_SECONDS = 60


@dataclass(frozen=True)
class Running:
    """An Airflow that answers: where its UI is."""

    port: int
    stays: bool = True  # whether it outlives the run that started it

    @property
    def url(self) -> str:
        """The address of the UI and the REST API."""
        return f"http://127.0.0.1:{self.port}"


def running(home: Home) -> Running | None:
    """The Airflow that serves this home now, or None."""
    path = _state_file(home)
    if not path.exists():
        return None
    state = json.loads(path.read_text(encoding="utf-8"))
    try:
        os.kill(state["pid"], 0)
    except ProcessLookupError:
        return None
    found = Running(state["port"], state.get("stays", True))
    return found if _healthy(found) else None


@contextmanager
def airflow(
    home: Home, port: int | None, say: Callable[[str], None], stays: bool = False
) -> Iterator[Running]:
    """Airflow for this home: the one that is up, or one that lives as long as the block.

    One that `stays` is shared with whoever comes and begins runs on schedule; one that is up for
    a single run must not do a day that nobody asked for. Raises TownsquareError when the port is
    taken, a component dies, or another command has an Airflow of its own on this home.
    """
    found = running(home)
    if found is not None and found.stays:
        yield found
        return
    with locking.airflow(home, "townsquare up" if stays else "townsquare run"):
        yield from _started(home, port, say, stays)


def _started(
    home: Home, port: int | None, say: Callable[[str], None], stays: bool
) -> Iterator[Running]:
    chosen = port or _free_port()
    _refuse_taken(chosen)
    password(home)
    say("starting Airflow")
    _migrate(home, chosen)
    components = (*COMPONENTS, "triggerer") if stays else COMPONENTS
    variables = {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": str(stays), **environment(home, chosen)}
    processes = {name: _start(home, variables, name) for name in components}
    up = Running(chosen, stays)
    told = {"pid": os.getpid(), "port": chosen, "stays": stays}
    try:
        _wait(home, up, processes)
        _state_file(home).write_text(json.dumps(told))
        yield up
    finally:
        _state_file(home).unlink(missing_ok=True)
        say("stopping Airflow")
        _stop(list(processes.values()))


def watch() -> None:
    """Block until a signal asks to stop."""
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        return


def _healthy(up: Running) -> bool:
    try:
        health = httpx.get(f"{up.url}/api/v2/monitor/health", timeout=5).json()
    except (httpx.HTTPError, ValueError):
        return False
    return all(
        health.get(part, {}).get("status") == "healthy"
        for part in ("metadatabase", "scheduler", "dag_processor")
    )


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise TownsquareError(
                f"Port {port} is taken by another program; choose a free one with --port."
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _migrate(home: Home, port: int) -> None:
    if (home.airflow / "airflow.db").exists() and _migrated(home):
        return
    done = subprocess.run(
        [*_command(), "db", "migrate"],
        env=environment(home, port),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TownsquareError(
            f"Airflow could not prepare its database in {home.airflow}: "
            f"{_last_line(done.stderr)}. Move that folder away to begin with an empty one."
        )
    _marker(home).write_text(_airflow_version(), encoding="utf-8")


def _migrated(home: Home) -> bool:
    marker = _marker(home)
    return marker.exists() and marker.read_text(encoding="utf-8") == _airflow_version()


def _marker(home: Home) -> Path:
    return home.airflow / "migrated"


def _airflow_version() -> str:
    from importlib.metadata import version

    return version("apache-airflow-core")


def _command() -> list[str]:
    return [sys.executable, "-m", "airflow"]


def _start(home: Home, variables: dict[str, str], component: str) -> subprocess.Popen[bytes]:
    logs = home.airflow / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{component}.log").open("ab") as log:
        # Its own session: Ctrl-C reaches this process alone, which then stops the others in order.
        return subprocess.Popen(
            [*_command(), component],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait(home: Home, up: Running, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for name, process in processes.items():
            if process.poll() is not None:
                raise TownsquareError(
                    f"Airflow's {name} ended with {process.returncode}; "
                    f"{home.airflow / 'logs' / name}.log says why."
                )
        if _healthy(up):
            return
        time.sleep(0.3)
    raise TownsquareError(
        f"Airflow did not become healthy within {START_SECONDS} s; see {home.airflow / 'logs'}."
    )


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
        # A component's own children (the scheduler's workers, the API's process) are in its group.
        _end_group(process.pid)


def _end_group(group: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        time.sleep(0.3)


def _state_file(home: Home) -> Path:
    return home.airflow / "services.json"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
