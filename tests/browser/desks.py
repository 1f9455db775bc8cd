"""Starts and stops `townsquare up` on a home, and signs a headless Chromium in to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from townsquare import airflow_env, services
from townsquare.settings import Home

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def up(home: Home, **more: str) -> subprocess.Popen[str]:
    """Start `townsquare up` on a home, at a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["-c", "from townsquare.cli import main; main()", "up", "--port", str(port)]
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "TOWNSQUARE_HOME": str(home.root), **more},
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> None:
    """Stop it as Ctrl-C does, and wait until it has.

    By SIGTERM: a shell that starts the tests in the background has them ignore SIGINT.
    """
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=90)


def wait_for(home: Home, process: subprocess.Popen[str]) -> services.Running:
    """The Airflow that was started, as soon as it answers."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr and process.stderr.read()
        found = services.running(home)
        if found is not None:
            return found
        time.sleep(0.5)
    raise AssertionError("Airflow did not come up within 180 s")


@contextmanager
def signed_in(home: Home, running: services.Running) -> Iterator[Page]:
    """A page of Chromium, signed in through the form as an operator does."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; Debian's package `chromium` brings it")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        opened.set_default_timeout(30_000)
        opened.goto(running.url)
        opened.locator("input[name=username]").fill(airflow_env.USER)
        opened.locator("input[type=password]").fill(airflow_env.password(home))
        opened.keyboard.press("Enter")
        opened.wait_for_url(lambda url: "login" not in url)
        yield opened
        browser.close()
