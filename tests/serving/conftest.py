import os
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from served_homes import Publish, publisher
from serving_desks import Desk

from bench.servers import Postgres, Session, postgres
from townsquare.settings import PROJECT_ROOT, SERVING_URL, Home

_NUMBERS = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A server prepared by the very script that docker-compose.yml mounts."""
    with postgres({"fsync": "off", "TimeZone": "Europe/Berlin"}) as running:
        running.psql("create database serving")
        names = ("AIRFLOW_DB_PASSWORD", "MLFLOW_DB_PASSWORD", "TOWNSQUARE_DB_PASSWORD")
        subprocess.run(
            [str(PROJECT_ROOT / "deploy" / "postgres" / "roles.sh")],
            env={
                **os.environ, "PGHOST": str(running.folder), "PGPORT": str(running.port),
                "POSTGRES_USER": running.superuser, "POSTGRES_DB": "serving",
                **dict.fromkeys(names, "secret"),
            },
            check=True,
        )  # fmt: skip
        running.psql("create role ada login in role analyst")
        yield running


@pytest.fixture
def desk(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Desk:
    name = f"serving_{next(_NUMBERS)}"
    server.psql(f"create database {name} owner townsquare")
    forbid = PROJECT_ROOT / "townsquare" / "serving" / "only_reading.sql"
    server.psql(forbid.read_text(encoding="utf-8"), name)
    monkeypatch.setenv(SERVING_URL, server.url(name, "townsquare"))
    return Desk(server, name)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


@pytest.fixture
def publish(home: Home) -> Publish:
    """Take marts with a stamp to a release; returns its id."""
    return publisher(home)


@pytest.fixture
def serve(desk: Desk, home: Home, publish: Publish) -> Publish:
    """Take marts with a stamp to a release that the server reads; returns its id."""

    def run(stamp: int) -> str:
        release_id = publish(stamp)
        desk.serve(home)
        return release_id

    return run


@pytest.fixture
def served(desk: Desk, serve: Publish) -> Desk:
    """A desk at which the first release is read."""
    serve(1)
    return desk


@pytest.fixture
def psql() -> Iterator[Callable[[str], Session]]:
    """Open sessions of psql that stay open."""
    opened: list[Session] = []

    def begin(url: str) -> Session:
        opened.append(Session(url))
        return opened[-1]

    yield begin
    for session in opened:
        session.close()
