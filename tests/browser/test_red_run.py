"""A source that sends half a file: the gate holds, the run is red, and mending it publishes."""

import json
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import receivers
import rooms
from playwright.sync_api import Page

from townsquare import release, runs, services
from townsquare.settings import Home
from townsquare.simulate import extend

pytestmark = pytest.mark.browser
DAG = "townsquare_daily"


@pytest.fixture
def cut_file(desk: tuple[Home, services.Running], scheduled: str) -> tuple[Path, bytes]:
    """The next day's interactions, of which three rows have come; and the whole file."""
    home, _ = desk
    standing = release.current_as_of(home)
    assert standing is not None
    extend(home, standing + timedelta(days=1))
    path = home.exports / "interactions" / f"exported_date={standing}" / "part.parquet"
    whole = path.read_bytes()
    pq.write_table(pq.read_table(path, partitioning=None).slice(0, 3), path)
    return path, whole


def test_a_failed_gate_leaves_current_alone_and_a_mended_run_publishes(
    page: Page,
    desk: tuple[Home, services.Running],
    airflow: runs.Airflow,
    cut_file: tuple[Path, bytes],
    told: receivers.Received,
    pictures: Path,
) -> None:
    home, up = desk
    before = home.current.resolve().name

    run_id = airflow.trigger(DAG, {"as_of": None})
    assert airflow.follow(DAG, run_id, lambda _: None) == "failed"

    # the run is red at the gate, and its log says what was seen against what was expected
    states = {task.task_id: task.state for task in airflow.tasks(DAG, run_id)}
    assert states["check_gates"] == "failed"
    assert states["publish_release"] == "upstream_failed"
    assert {state for task, state in states.items() if task < "check_gates"} == {"success"}
    reason = airflow.failure(DAG, run_id)
    assert reason.startswith("check_gates: Release ")
    assert "critical checks failed" in reason
    path = f"/api/v2/dags/{DAG}/dagRuns/{run_id}/taskInstances/check_gates/logs/1"
    log = json.dumps(airflow._call("GET", path)["content"])
    assert "user_days has " in log and "are expected" in log
    # readers keep what they had; the candidate is set apart with its data docs
    assert home.current.resolve().name == before
    (apart,) = home.failed_candidates.iterdir()
    assert apart.name in reason
    assert (apart / "townsquare.duckdb").exists()
    assert (apart / "data_docs" / "index.html").exists()
    assert release.verify(home)[1] == []

    # somebody is told, and the run's own page says why it was refused and what to do
    post = told.wait_for("townsquare_daily failed at check_gates")
    assert apart.name in post["what"] and "Not done: publish_release" in post["affected"]
    assert f"Readers keep release {before}" in post["affected"]
    assert post["next_step"].startswith("A critical check failed")
    page.goto(f"{up.url}/dags/{DAG}/runs/{run_id}")
    page.get_by_title("Gates", exact=True).click()
    gates = page.frame_locator("iframe").last
    gates.get_by_text(f"Gates of {apart.name}").wait_for()
    gates.get_by_text("It was not published.").wait_for()
    row = gates.get_by_role("row").filter(has_text="data.user_days.volume").first
    assert "critical" in row.inner_text() and "are expected" in row.inner_text()
    rooms.keep(page, pictures / "control-room-refused.png", height=1200)

    # the source sends the file whole, and the operator clears the run
    path, whole = cut_file
    path.write_bytes(whole)
    airflow._call("POST", f"/api/v2/dags/{DAG}/dagRuns/{run_id}/clear", json={"dry_run": False})
    assert airflow.follow(DAG, run_id, lambda _: None) == "success"
    assert home.current.resolve().name > before
    assert release.verify(home)[1] == []
