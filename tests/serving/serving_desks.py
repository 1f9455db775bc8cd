"""A serving database as different people reach it."""

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
