"""How a person moves through the control room inside Airflow's UI."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, FrameLocator, Page

from control_room.pages import route
from townsquare import services

# Chromium warns of the frame that Airflow puts around every external view.
_AIRFLOWS_OWN = "An iframe which has both allow-scripts and allow-same-origin"
_INNER = {"data_docs": "The gates of release", "lineage": "Projects"}


@contextmanager
def listening_to(page: Page) -> Iterator[list[str]]:
    """What the browser says of errors and warnings within the block."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and _AIRFLOWS_OWN not in message.text:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    page.remove_listener("console", hear)


def enter(page: Page, up: services.Running, name: str) -> FrameLocator:
    """Open one page and wait until it is drawn, with what it frames."""
    page.goto(f"{up.url}/plugin/{route(name)}")
    frame = page.frame_locator("main iframe, iframe").first
    frame.locator("h1").wait_for()
    if name in _INNER:
        frame.frame_locator("iframe").get_by_text(_INNER[name]).first.wait_for()
    return frame


def keep(page: Page, path: Path, height: int = 900) -> None:
    """Keep what is seen in a window of this height, in pixels."""
    width = page.viewport_size["width"] if page.viewport_size else 1400
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(1500)  # frames and graphs glide into their places
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": 900})


def draw_lineage(room: FrameLocator) -> None:
    """In dbt's pages, look a mart up and have what it is made of drawn, two steps back."""
    docs = room.frame_locator("iframe")
    docs.get_by_placeholder("Search for models...").fill("daily_metrics")
    docs.get_by_text("One row per date").filter(visible=True).first.click()
    docs.get_by_text("Columns").filter(visible=True).first.wait_for()
    docs.get_by_title("View Lineage Graph").click()
    docs.locator("canvas").first.wait_for()
    docs.get_by_title("View Fullscreen").filter(visible=True).first.click()
    docs.get_by_placeholder("...", exact=True).first.fill("2+daily_metrics")
    docs.locator("#submit-graph-selection").click()
