"""Airflow with its UI on a copy of the shared world, and a signed-in page of headless Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, sync_playwright

from townsquare import airflow_env, runs, services
from townsquare.settings import PROJECT_ROOT, Home

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: docs/images when TOWNSQUARE_PICTURES asks for it, else nowhere kept."""
    if os.environ.get("TOWNSQUARE_PICTURES"):
        return PROJECT_ROOT / "docs" / "images"
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def desk(
    world: Home, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Home, services.Running]]:
    """`townsquare up` on a copy of the world, whose schedule comes round once, within minutes."""
    home = Home(tmp_path_factory.mktemp("desk") / "var")
    shutil.copytree(world.root, home.root, symlinks=True)
    shutil.rmtree(home.airflow)
    settings = yaml.safe_load(home.network_file.read_text())
    soon = datetime.now(UTC) + timedelta(minutes=2)
    home.network_file.write_text(yaml.safe_dump({**settings, "schedule": f"{soon:%M %H} * * *"}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["-c", "from townsquare.cli import main; main()", "up", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "TOWNSQUARE_HOME": str(home.root)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield home, _await(home, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=90)


def _await(home: Home, process: subprocess.Popen[str]) -> services.Running:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr and process.stderr.read()
        found = services.running(home)
        if found is not None:
            return found
        time.sleep(0.5)
    raise AssertionError("Airflow did not come up within 180 s")


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
    """A page of Chromium, signed in through the form as an operator does."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; Debian's package `chromium` brings it")
    home, up = desk
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        opened.set_default_timeout(30_000)
        opened.goto(up.url)
        opened.locator("input[name=username]").fill(airflow_env.USER)
        opened.locator("input[type=password]").fill(airflow_env.password(home))
        opened.keyboard.press("Enter")
        opened.wait_for_url(lambda url: "login" not in url)
        yield opened
        browser.close()
