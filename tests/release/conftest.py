import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from townsquare import quality, release
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.settings import Home

AS_OF = date(2025, 7, 1)


def write_marts(home: Home, stamp: int = 1) -> None:
    """Two relations that hold the same stamp, so that a torn release would show."""
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.marts}' as marts (storage_version 'v1.2.0')")
        for name in ("users", "daily_metrics"):
            connection.execute(
                f"create or replace table marts.{name} as "
                f"select {stamp} as stamp, i as user_id from range(1000) as rows (i)"
            )
        connection.execute("comment on table marts.users is 'One row per user. No names.'")
        connection.execute("comment on column marts.users.user_id is 'The own id of the user.'")


def check(success: bool = True, severity: str = "critical") -> Check:
    message = "users has 5 rows on 2025-06-30; after the eight weeks before, 9 to 11 are expected."
    return Check("data", "users", "volume", None, severity, success, "5", "9 to 11", message)  # type: ignore[arg-type]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "var")
    write_marts(home)
    return home


@pytest.fixture
def publish(home: Home) -> Callable[..., str]:
    """Take the marts to a release; returns its id."""

    def run(*checks: Check, as_of: date = AS_OF, keep: int = 14) -> str:
        network = Network(keep_releases=keep)
        candidate = release.build_candidate(home, network, as_of)
        quality.write_results(candidate, checks or (check(),))
        return str(release.publish(home, network, candidate)["release_id"])

    return run


@pytest.fixture
def ask(home: Home) -> Callable[[str], list[tuple[object, ...]]]:
    """Rows from the current release, read as an analyst would."""

    def run(sql: str) -> list[tuple[object, ...]]:
        path = home.current / "townsquare.duckdb"
        with duckdb.connect(str(path.resolve()), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return run


@pytest.fixture
def dbt_artifacts(home: Home) -> None:
    """What dbt leaves behind: a mart made of two contract tables, and how its build went."""

    def model(name: str, database: str, *upstream: str) -> dict[str, object]:
        nodes = {"nodes": list(upstream)}
        return {
            "name": name, "alias": name, "database": database,
            "resource_type": "model", "depends_on": nodes,
        }  # fmt: skip

    nodes = {
        "model.townsquare.stg_users": model(
            "stg_users", "warehouse", "source.townsquare.contract.users"
        ),
        "model.townsquare.users": model(
            "users", "marts", "model.townsquare.stg_users", "source.townsquare.contract.messages"
        ),
        "model.townsquare.surveyed": model(
            "surveyed", "marts", "source.townsquare.contract.surveys"
        ),
        "test.townsquare.unique": {"resource_type": "test"},
    }
    result = {
        "unique_id": "model.townsquare.users", "status": "success", "execution_time": 1.5,
        "message": "OK", "timing": [{"name": "execute", "started_at": "2026-01-01T00:00:00Z"}],
    }  # fmt: skip
    tested = {**result, "unique_id": "test.townsquare.unique"}
    target = home.dbt_target / "marts"
    target.mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    results = json.dumps({"results": [result, tested]})
    (target / "run_results.json").write_text(results, encoding="utf-8")
