"""Airflow with its UI on a copy of the shared world, and a signed-in page of headless Chromium."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import desks
import pytest
import receivers
import yaml
from playwright.sync_api import Page

from townsquare import airflow_env, runs, services
from townsquare.settings import PROJECT_ROOT, Home

ALERTS = {"email": ["desk@example.org"], "webhook": True, "deadline_minutes": 0.1}
USERS = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{airflow_env.USER}:admin,viewer:viewer"}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: docs/images when TOWNSQUARE_PICTURES asks for it, else nowhere kept."""
    if os.environ.get("TOWNSQUARE_PICTURES"):
        return PROJECT_ROOT / "docs" / "images"
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def told() -> Iterator[receivers.Received]:
    """What the desk's alerts have sent."""
    with receivers.listening() as received:
        yield received


@pytest.fixture(scope="session")
def desk(
    world: Home, told: receivers.Received, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Home, services.Running]]:
    """`townsquare up` on a copy of the world, whose schedule comes round once, within minutes.

    A person judges what speaks for churn, which has to be learned anew; trouble is told to `told`.
    """
    home = Home(tmp_path_factory.mktemp("desk") / "var")
    shutil.copytree(world.root, home.root, symlinks=True)
    shutil.rmtree(home.airflow)
    _forget_models(home, "churn")
    settings = yaml.safe_load(home.network_file.read_text())
    soon = datetime.now(UTC) + timedelta(minutes=2)
    settings |= {"schedule": f"{soon:%M %H} * * *", "judged_by_a_person": ["churn"]}
    settings["alerts"] = ALERTS
    home.network_file.write_text(yaml.safe_dump(settings))
    process = desks.up(home, **USERS, **told.environment)
    try:
        yield home, desks.wait_for(home, process)
    finally:
        desks.stop(process)


def _forget_models(home: Home, score: str) -> None:
    """Take every version of one score away, so that its next one is the first."""
    shutil.rmtree(home.models / score)
    with closing(sqlite3.connect(home.models / "mlflow.db")) as store:
        store.execute("delete from registered_model_aliases where name = ?", [score])
        store.commit()


@pytest.fixture(scope="session")
def airflow(desk: tuple[Home, services.Running]) -> Iterator[runs.Airflow]:
    """The REST API of the desk's Airflow."""
    with runs.Airflow(*desk) as server:
        yield server


@pytest.fixture(scope="session")
def scheduled(airflow: runs.Airflow) -> str:
    """The one scheduled run, once it has ended."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        for run in airflow.list_runs("townsquare_daily"):
            if run["run_type"] == "scheduled":
                ended = airflow.follow("townsquare_daily", run["dag_run_id"], lambda _: None)
                assert ended == "success"
                return str(run["dag_run_id"])
        time.sleep(1)
    raise AssertionError("the schedule started no run within 240 s")


@pytest.fixture(scope="session")
def page(desk: tuple[Home, services.Running]) -> Iterator[Page]:
    """A page of Chromium at the desk."""
    with desks.signed_in(*desk) as opened:
        yield opened
