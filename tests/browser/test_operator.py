"""What an operator sees: a scheduled and a hand-started run end green, their pages tell how."""

import time
from pathlib import Path

import pytest
import rooms
from playwright.sync_api import Page

from townsquare import release, runs, services
from townsquare.settings import Home

pytestmark = pytest.mark.browser
DAG = "townsquare_daily"


def test_a_scheduled_run_publishes_the_next_day(
    world: Home, desk: tuple[Home, services.Running], scheduled: str
) -> None:
    before, after = release.current_as_of(world), release.current_as_of(desk[0])
    assert before and after
    assert (after - before).days >= 1


def test_a_run_started_by_hand_in_the_ui_ends_green(
    page: Page, desk: tuple[Home, services.Running], airflow: runs.Airflow, scheduled: str
) -> None:
    known = {run["dag_run_id"] for run in airflow.list_runs(DAG)}
    page.goto(f"{desk[1].url}/dags/{DAG}")
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Trigger").last.click()
    deadline = time.monotonic() + 60
    fresh: set[str] = set()
    while not fresh and time.monotonic() < deadline:
        fresh = {run["dag_run_id"] for run in airflow.list_runs(DAG)} - known
        time.sleep(0.5)
    assert fresh, "the form started no run"
    assert airflow.follow(DAG, fresh.pop(), lambda _: None) == "success"


def test_the_graph_shows_every_layer(
    page: Page, desk: tuple[Home, services.Running], scheduled: str, pictures: Path
) -> None:
    page.goto(f"{desk[1].url}/dags/{DAG}/runs/{scheduled}")
    page.get_by_role("button", name="Show Graph").click()
    for task in ("land_source", "build_marts", "learn_scores", "publish_release"):
        page.get_by_text(task, exact=True).first.wait_for()
    rooms.keep(page, pictures / "airflow-graph.png")


def test_a_tasks_log_ends_with_what_was_built_and_how_long_it_took(
    page: Page, desk: tuple[Home, services.Running], scheduled: str, pictures: Path
) -> None:
    page.goto(f"{desk[1].url}/dags/{DAG}/runs/{scheduled}/tasks/build_marts")
    page.get_by_role("button", name="Show Grid").click()
    page.get_by_text("Finished running").first.wait_for()  # a long log opens at its end
    page.screenshot(path=pictures / "airflow-log.png")


def test_the_docs_say_what_to_do_when_it_is_red(
    page: Page, desk: tuple[Home, services.Running], scheduled: str, pictures: Path
) -> None:
    page.goto(f"{desk[1].url}/dags/{DAG}")
    page.get_by_role("button", name="Dag Docs").click()
    page.get_by_text("When it is red").first.wait_for()
    rooms.keep(page, pictures / "airflow-dag-docs.png")
    page.goto(f"{desk[1].url}/dags/{DAG}/tasks/check_gates")
    page.get_by_role("button", name="Documentation").click()
    page.get_by_text("a critical check failed").first.wait_for()
    rooms.keep(page, pictures / "airflow-task-docs.png")
