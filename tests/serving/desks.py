"""A serving database as different people reach it: one question each, or a session that stays."""

import subprocess
from dataclasses import dataclass
from typing import Any

from bench.servers import Postgres
from townsquare import serving
from townsquare.settings import Home


@dataclass(frozen=True)
class Desk:
    """A serving database of one's own, as different people reach it."""

    server: Postgres
    name: str

    def url(self, user: str = "ada") -> str:
        return self.server.url(self.name, user)

    def ask(self, sql: str, user: str = "ada") -> str:
        """What psql answers to one user in a session of its own."""
        return self.server.psql(sql, self.name, user)

    def refusal(self, sql: str, user: str = "ada") -> str:
        """What psql says when the server refuses; an AssertionError when it does not."""
        try:
            done = self.ask(sql, user)
        except subprocess.CalledProcessError as error:
            return str(error.stderr)
        raise AssertionError(f"{sql} was allowed: {done}")

    def serve(self, home: Home) -> dict[str, Any]:
        return serving.serve(home)


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
        self._process.communicate("\\q\n", timeout=10)
