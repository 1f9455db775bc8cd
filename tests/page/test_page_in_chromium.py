"""The page as a reader has it: drawn offline, on a phone, by keyboard, and without scripts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from townsquare import page
from townsquare.settings import PROJECT_ROOT

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; Debian's package `chromium` brings it")
    with sync_playwright() as player:
        launched = player.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def shown(made: Path) -> Path:
    """Of the release that TOWNSQUARE_TEST_RELEASE names, else of the made-up one."""
    named = os.environ.get("TOWNSQUARE_TEST_RELEASE")
    return (Path(named).resolve() if named else made) / page.PAGE


class Opened:
    """The page in a window of its own that has no network, and what it did."""

    def __init__(self, browser: Browser, path: Path, **window: object) -> None:
        context = browser.new_context(**{"viewport": DESK, "offline": True, **window})  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda told: self.said.append(told.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(path.as_uri())
        if window.get("java_script_enabled", True):
            self.page.wait_for_selector("html.drawn, html.undrawn", timeout=30_000)

    def keep(self, name: str) -> None:
        """Keep what is seen with the docs, where TOWNSQUARE_PICTURES asks for it."""
        if os.environ.get("TOWNSQUARE_PICTURES"):
            self.page.screenshot(path=PROJECT_ROOT / "docs" / "images" / name)

    def look_at(self, heading: str) -> None:
        """Bring a part of the page to the top of the window."""
        found = self.page.get_by_role("heading", name=heading).first
        found.evaluate("one => one.scrollIntoView({behavior: 'instant'})")
        self.page.wait_for_timeout(700)  # what came into sight is painted


def test_every_chart_is_drawn_and_nothing_is_asked_of_the_network(
    browser: Browser, shown: Path
) -> None:
    opened = Opened(browser, shown)
    assert opened.said == []
    assert opened.asked == [shown.as_uri()]
    places = opened.page.locator(".drawing")
    assert places.count() >= 10
    for at in range(places.count()):
        marks = places.nth(at).locator(".role-mark path, .role-mark line, .role-mark text")
        assert marks.count() >= 1, places.nth(at).get_attribute("id")
        box = places.nth(at).locator("svg").bounding_box()
        assert box is not None and box["width"] > 250 and box["height"] > 40
    assert opened.page.evaluate("window.broken") is None
    opened.keep("report.png")
    opened.look_at("People")
    opened.keep("report-people.png")


def test_it_is_read_on_a_phone_without_scrolling_sideways(browser: Browser, shown: Path) -> None:
    opened = Opened(browser, shown, viewport=PHONE, device_scale_factor=2)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert opened.said == []
    widest = opened.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.drawing svg *')]"
        ".map(one => one.getBoundingClientRect().right))"
    )
    assert widest <= PHONE["width"]
    opened.keep("report-phone.png")
    opened.look_at("Content")
    opened.keep("report-phone-content.png")


def test_it_is_used_by_keyboard_alone(browser: Browser, made: Path) -> None:
    opened = Opened(browser, made / page.PAGE)
    keyboard, focused = opened.page.keyboard, "document.activeElement"
    keyboard.press("Tab")
    assert opened.page.evaluate(f"{focused}.textContent") == "To the charts"
    keyboard.press("Enter")
    assert opened.page.evaluate(f"{focused}.id") == "main"
    keyboard.press("Tab")
    assert opened.page.evaluate(f"{focused}.id") == "moved-0"
    # the arrow keys read the figures one by one, and stop at either end
    said = opened.page.locator("#moved output")
    keyboard.press("ArrowRight")
    first = said.text_content() or ""
    assert first.startswith("Figure of daily_metrics: dau; ") and "Unusual: yes" in first
    keyboard.press("End")
    last = said.text_content()
    keyboard.press("ArrowDown")
    assert said.text_content() == last != first
    keyboard.press("Home")
    assert said.text_content() == first
    # and the table opens by itself
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert opened.page.locator("#moved table").is_visible()


def test_a_pointer_is_told_what_it_is_on(browser: Browser, made: Path) -> None:
    opened = Opened(browser, made / page.PAGE)
    bar = opened.page.locator("#active_days-0 .mark-rect path").first
    bar.scroll_into_view_if_needed()
    bar.hover()
    tip = opened.page.locator(".tip")
    tip.wait_for(state="visible")
    assert "Active days 1" in (tip.text_content() or "")
    # what a person wrote is shown as text there too
    opened.page.locator("#top_content-0 .mark-rect path").first.hover()
    assert "</script>" in (tip.text_content() or "")
    assert opened.page.evaluate("window.broken") is None


def test_without_scripts_every_figure_is_in_its_table(browser: Browser, made: Path) -> None:
    opened = Opened(browser, made / page.PAGE, java_script_enabled=False)
    assert opened.page.get_by_text("The charts need a browser of 2023").is_visible()
    opened.page.locator("#top_content summary").click()
    assert opened.page.locator("#top_content tbody tr").first.is_visible()


def test_a_browser_that_cannot_unpack_says_so(browser: Browser, made: Path) -> None:
    context = browser.new_context(offline=True)
    context.add_init_script("delete globalThis.DecompressionStream")
    old = context.new_page()
    old.goto((made / page.PAGE).as_uri())
    old.wait_for_selector("html.undrawn")
    assert old.get_by_text("The charts need a browser of 2023").is_visible()


def test_colours_follow_the_reader(browser: Browser, shown: Path) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        opened = Opened(browser, shown, color_scheme=scheme)
        label = opened.page.locator("#active_users-0 .role-axis-label text").first
        blue = opened.page.locator('#active_users-0 text[fill="#0072B2"]').first
        seen[scheme] = (
            opened.page.evaluate("getComputedStyle(document.body).backgroundColor"),
            label.evaluate("one => getComputedStyle(one).fill"),
            blue.evaluate("one => getComputedStyle(one).fill"),
        )
    opened.look_at("Scores")
    opened.keep("report-dark.png")
    assert seen["light"] == ("rgb(246, 247, 249)", "rgb(27, 31, 36)", "rgb(0, 114, 178)")
    assert seen["dark"] == ("rgb(20, 23, 27)", "rgb(230, 232, 235)", "rgb(58, 155, 220)")
