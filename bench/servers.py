"""A PostgreSQL server of one's own, for a measurement or a test, gone when the block ends."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Postgres:
    """A server that trusts whoever reaches its socket, and asks for a password beyond it."""

    folder: Path
    port: int
    superuser: str

    def url(self, database: str = "postgres", user: str | None = None) -> str:
        """Where one of its databases is, as libpq and SQLAlchemy read it."""
        name = user or self.superuser
        return f"postgresql://{name}@/{database}?host={quote(str(self.folder))}&port={self.port}"

    def psql(self, sql: str, database: str = "postgres", user: str | None = None) -> str:
        """What psql prints for some SQL; CalledProcessError when the server refuses it."""
        asked = ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database, user)]
        done = subprocess.run(
            [*asked, "-c", sql], check=True, capture_output=True, text=True, encoding="utf-8"
        )
        return done.stdout.strip()


class Session:
    """One psql that is asked one thing after another."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            ["psql", "-X", "-A", "-t", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ask(self, sql: str) -> str:
        """What it answers, errors included."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{sql};\n\\echo END\n")
        self._process.stdin.flush()
        lines = iter(self._process.stdout.readline, "END\n")
        return "".join(lines).strip()

    def close(self) -> None:
        """End it."""
        self._process.communicate("\\q\n", timeout=10)


@contextmanager
def postgres(settings: Mapping[str, str]) -> Iterator[Postgres]:
    """Start a server in a folder of its own, as an account that is not root, and stop it."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        raise SystemExit("PostgreSQL's initdb is not installed; Debian's package `postgresql` is.")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    server = Postgres(folder, free_port(), "postgres")
    try:
        if as_user:
            shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        control = [*as_user, str(binaries[-1] / "pg_ctl"), "-D", f"{folder}/data", "-w", "-s"]
        options = (
            "--auth-local=trust --auth-host=scram-sha-256 --no-sync --encoding=UTF8 --locale=C "
            f"--username={server.superuser}"
        )
        subprocess.run([*control, "initdb", "-o", options], check=True, cwd=folder)
        told = {"listen_addresses": "127.0.0.1", "port": str(server.port), **settings}
        arguments = " ".join(f"-c {name}={value}" for name, value in told.items())
        start = ["start", "-o", f"{arguments} -k {folder}", "-l", f"{folder}/log"]
        subprocess.run([*control, *start], check=True, cwd=folder)
        try:
            yield server
        finally:
            subprocess.run([*control, "stop", "-m", "immediate"], check=True, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
