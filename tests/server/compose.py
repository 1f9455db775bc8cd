"""Reads docker-compose.yml as Compose does, and starts what it says without Docker.

What a container gives and this machine does not is put in place of it: names of hosts, ports that
may be taken, and the folders that are mounted. Nothing else is changed.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from townsquare.settings import PROJECT_ROOT

FILE = PROJECT_ROOT / "docker-compose.yml"
PORTS = (5432, 6379, 8080, 5000, 8793, 8794)
_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?:(:\?|:-)([^}]*))?\})")


class MissingError(Exception):
    """A variable without a default is not set."""


def variables(text: str) -> dict[str, str]:
    """Every variable that the file reads, with the operator that follows it."""
    return {name: operator for name, operator, _ in _VARIABLE.findall(text) if name}


def read(given: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables filled in; MissingError names one that must be set."""

    def fill(found: re.Match[str]) -> str:
        name, operator, rest = found.groups()
        if name is None:
            return "$"
        if given.get(name):
            return given[name]
        if operator == ":-":
            return str(rest)
        raise MissingError(f"{name}: {rest}")

    filled = _VARIABLE.sub(fill, FILE.read_text(encoding="utf-8"))
    told: dict[str, Any] = yaml.safe_load(filled)
    return told


@dataclass
class Machine:
    """Where the services of one file run, all on this machine."""

    services: dict[str, Any]
    ports: dict[int, int]
    folders: dict[str, Path]
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def local(self, text: str) -> str:
        """A word of the file, as it must be here."""
        for inside, outside in self.folders.items():
            text = text.replace(inside, str(outside))
        text = re.sub(r"(?<![\w-])(postgres|redis|api-server|mlflow)(?=:\d)", "127.0.0.1", text)
        return re.sub(r"\b\d{4}\b", lambda n: str(self.ports.get(int(n[0]), n[0])), text)

    def command(self, name: str) -> list[str]:
        """What the service starts with."""
        return [self.local(word) for word in self.services[name]["command"]]

    def environment(self, name: str, known_as: str) -> dict[str, str]:
        """The service's variables, and nothing of this process's own but where programs are."""
        given = self.services[name].get("environment", {})
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        told = {key: self.local(value) for key, value in given.items()}
        container = {"PATH": path, "HOME": str(self.logs), "HOSTNAME": known_as, "LANG": "C.UTF-8"}
        return {**container, **told}

    def start(self, name: str, known_as: str, log_port: int | None = None) -> None:
        """Start a service with its own command and environment."""
        variables = {
            **self.environment(name, known_as),
            # Containers have their ports to themselves; here workers stand side by side.
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_port or self.ports[8793]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports[8794]),
        }
        with (self.logs / f"{known_as}.log").open("wb") as log:
            self.processes[known_as] = subprocess.Popen(
                self.command(name),
                env=variables,
                cwd=self.logs,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, name: str) -> None:
        """Run a service that ends, to its end."""
        self.start(name, name)
        assert self.processes.pop(name).wait(300) == 0, self.log(name)

    def log(self, known_as: str) -> str:
        """The end of what a service wrote."""
        return (self.logs / f"{known_as}.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def is_healthy(self, name: str, known_as: str | None = None) -> bool:
        """Whether the service's own health check says so."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        command = [self.local(word) for word in words]
        done = subprocess.run(
            ["sh", "-c", *command] if kind == "CMD-SHELL" else command,
            env=self.environment(name, known_as or name),
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def await_health(self, name: str, seconds: float, known_as: str | None = None) -> None:
        """Wait until the service's own health check holds."""
        deadline = time.monotonic() + seconds
        while not self.is_healthy(name, known_as):
            dead = [one for one, process in self.processes.items() if process.poll() is not None]
            assert not dead, f"{dead[0]} has ended: {self.log(dead[0])}"
            assert time.monotonic() < deadline, (
                f"{name} is not healthy: {self.log(known_as or name)}"
            )
            time.sleep(1)

    def kill(self, known_as: str) -> None:
        """End a service as when its container is killed: all of its processes at once."""
        process = self.processes.pop(known_as)
        family = [process, *psutil.Process(process.pid).children(recursive=True)]
        for one in family:
            one.send_signal(signal.SIGSTOP)
        for one in family:
            one.kill()
        process.wait()

    def stop(self) -> None:
        """End everything, the youngest first."""
        for known_as in reversed(list(self.processes)):
            if self.processes[known_as].poll() is None:
                self.kill(known_as)
