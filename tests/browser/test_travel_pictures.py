"""The pictures of the docs: every page of the control room over the release of a real network.

TOWNSQUARE_PICTURES_HOME names a home with a release, such as of the travel site; with
TOWNSQUARE_PICTURES set too, the pictures go to docs/images. Chromium serves one desk at a time, so
this file is then run alone.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import desks
import pytest
import rooms
from playwright.sync_api import Page

from control_room.pages import names
from townsquare import services
from townsquare.settings import Home

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def travel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, services.Running]]:
    """A signed-in page of an Airflow over a copy of the home, in which nothing runs."""
    asked = os.environ.get("TOWNSQUARE_PICTURES_HOME")
    if not asked:
        pytest.skip("TOWNSQUARE_PICTURES_HOME names no home with a release to take pictures of")
    home = Home(tmp_path_factory.mktemp("travel") / "var")
    shutil.copytree(asked, home.root, symlinks=True)
    shutil.rmtree(home.airflow, ignore_errors=True)
    process = desks.up(home, AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE="False")
    try:
        running = desks.wait_for(home, process)
        with desks.signed_in(home, running) as page:
            yield page, running
    finally:
        desks.stop(process)


@pytest.mark.parametrize("name", names())
def test_a_page_is_drawn_without_an_error(
    travel: tuple[Page, services.Running], pictures: Path, name: str
) -> None:
    page, running = travel
    with rooms.listening_to(page) as said:
        room = rooms.enter(page, running, name)
        if name == "lineage":
            rooms.draw_lineage(room)
        if name == "quarantine" and room.get_by_role("link", name="examples").count():
            room.get_by_role("link", name="examples").first.click()
            room.get_by_text("as it came").wait_for()
        rooms.keep(page, pictures / f"control-room-{name.replace('_', '-')}.png")
        if name == "models":
            room.locator("summary").first.click()
            room.locator("summary").first.evaluate("one => one.scrollIntoView()")
            rooms.keep(page, pictures / "control-room-cards.png")
    assert said == []
