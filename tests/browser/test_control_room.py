"""The control room inside Airflow's UI: pages, who may see them, and the button that rolls back."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import receivers
import rooms
from playwright.sync_api import Page

from control_room.pages import PREFIX, names
from townsquare import release, runs, services
from townsquare.settings import Home

pytestmark = pytest.mark.browser
Desk = tuple[Home, services.Running]


@pytest.mark.parametrize("name", names())
def test_a_page_opens_in_the_ui_without_an_error(
    page: Page, desk: Desk, scheduled: str, name: str
) -> None:
    with rooms.listening_to(page) as said:
        rooms.enter(page, desk[1], name)
    assert said == []


def test_dbts_pages_draw_the_lineage_and_reach_nobody(
    page: Page, desk: Desk, scheduled: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with rooms.listening_to(page) as said:
        rooms.draw_lineage(rooms.enter(page, desk[1], "lineage"))
    assert [url for url in asked if not url.startswith((desk[1].url, "data:", "blob:"))] == []
    assert said == []


def test_a_link_to_airflow_leaves_the_frame(page: Page, desk: Desk, scheduled: str) -> None:
    rooms.enter(page, desk[1], "models").get_by_role("link", name="townsquare_promote").click()
    page.wait_for_url("**/dags/townsquare_promote")


def test_a_stranger_sees_nothing(desk: Desk, scheduled: str) -> None:
    paths = [*names(), "release/x/data_docs/index.html", "card/churn/x", ""]
    for path in paths:
        answer = httpx.get(f"{desk[1].url}{PREFIX}/{path}")
        assert answer.status_code == 401, path
        assert "plaza" not in answer.text
    assert httpx.post(f"{desk[1].url}{PREFIX}/rollback").status_code == 401


@pytest.fixture
def viewer(desk: Desk) -> Iterator[httpx.Client]:
    """Signed in as somebody who may only look, as a browser is: by a cookie."""
    home, up = desk
    words = json.loads((home.airflow / "passwords.json").read_text())
    body = {"username": "viewer", "password": words["viewer"]}
    token = httpx.post(f"{up.url}/auth/token", json=body).json()["access_token"]
    with httpx.Client(base_url=up.url, cookies={"_token": token}) as client:
        yield client


def test_a_viewer_looks_and_may_not_roll_back(
    desk: Desk, scheduled: str, viewer: httpx.Client
) -> None:
    home, up = desk
    seen = viewer.get(f"{PREFIX}/releases")
    assert seen.status_code == 200
    assert "<form" not in seen.text
    oldest = release.list_releases(home)[-1]["release_id"]
    sent = {"release_id": oldest, "reason": "because"}
    answer = viewer.post(f"{PREFIX}/rollback", data=sent, headers={"Origin": up.url})
    assert answer.status_code == 403


def test_pages_say_what_a_browser_may_load_and_serve_no_other_file(
    desk: Desk, scheduled: str, viewer: httpx.Client
) -> None:
    standing = desk[0].current.resolve().name
    for path in names():
        policy = viewer.get(f"{PREFIX}/{path}").headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
    drawn = viewer.get(f"{PREFIX}/release/{standing}/dbt_docs/index.html")
    assert "sandbox allow-scripts" in drawn.headers["Content-Security-Policy"]
    for hidden in ("townsquare.duckdb", "manifest.json", "data_docs/../manifest.json", "%2e%2e/x"):
        answer = viewer.get(f"{PREFIX}/release/{standing}/{hidden}")
        assert answer.status_code == 404, hidden
    assert viewer.get(f"{PREFIX}/release/2001-01-01.1/report.html").status_code == 404
    assert viewer.get(f"{PREFIX}/nothing").status_code == 404


def test_another_site_cannot_press_the_button(desk: Desk, airflow: runs.Airflow) -> None:
    home, up = desk
    oldest = release.list_releases(home)[-1]["release_id"]
    for headers in (
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": up.url, "Sec-Fetch-Site": "cross-site"},
        {},
    ):
        answer = httpx.post(
            f"{up.url}{PREFIX}/rollback",
            data={"release_id": oldest},
            headers={"Authorization": airflow._client.headers["Authorization"], **headers},
        )
        assert answer.status_code == 403, headers


def test_a_rollback_and_the_way_forward_are_two_presses_of_a_button(
    page: Page, desk: Desk, airflow: runs.Airflow, scheduled: str, pictures: Path
) -> None:
    home, _ = desk
    newest = home.current.resolve().name
    oldest = release.list_releases(home)[-1]["release_id"]
    assert oldest != newest
    for wanted, reason in ((oldest, "the newest is wrong"), (newest, "it was right after all")):
        frame = rooms.enter(page, desk[1], "releases")
        row = frame.get_by_role("row").filter(has_text=wanted).first
        row.get_by_text("Roll back to it").click()
        row.get_by_label("Why").fill(reason)
        rooms.keep(page, pictures / "control-room-rollback.png")
        row.get_by_role("button").click()
        frame.get_by_text("The rollback is under way").wait_for()
        (run, *_) = airflow.list_runs("townsquare_rollback")
        ended = airflow.follow("townsquare_rollback", run["dag_run_id"], lambda _: None)
        assert ended == "success"
        assert home.current.resolve().name == wanted
        last = release.events(home)[-1]
        assert (last["event"], last["asked_by"], last["reason"]) == ("rolled_back", "admin", reason)
        assert last["run_id"] == run["dag_run_id"]


def test_a_release_that_is_not_kept_is_refused_by_the_form_and_by_the_task(
    airflow: runs.Airflow, desk: Desk
) -> None:
    from townsquare.errors import TownsquareError

    with pytest.raises(TownsquareError, match="does not match|400|pattern"):
        airflow.trigger("townsquare_rollback", {"release_id": "the last one"})
    with pytest.raises(TownsquareError, match="'nobody' is not one of|400|enum"):
        airflow.trigger("townsquare_promote", {"score": "nobody"})


def test_a_challenger_waits_for_a_person_and_an_approval_is_on_record(
    page: Page,
    desk: Desk,
    airflow: runs.Airflow,
    scheduled: str,
    told: receivers.Received,
    pictures: Path,
) -> None:
    from ml import ledger, mlflow_store

    home, up = desk
    assert mlflow_store.aliased(home, "churn") is None
    (waiting,) = [r for r in ledger.read(home, "promotions") if r["decision"] == "waiting"]
    assert waiting["score_name"] == "churn"
    post = told.wait_for("speak for churn?")
    (run,) = airflow.list_runs("townsquare_judge")
    path = f"/dags/townsquare_judge/runs/{run['dag_run_id']}/tasks/judge_churn"
    assert post["link"] == f"{up.url}{path}/required_actions"

    page.goto(post["link"])
    page.get_by_role("link", name="Its card").wait_for()
    rooms.keep(page, pictures / "control-room-approval.png")
    card = page.get_by_role("link", name="Its card").get_attribute("href")
    assert card and card.startswith(f"{up.url}{PREFIX}/card/churn/")
    assert page.request.get(card).ok
    airflow._call("PATCH", "/api/v2/dags/townsquare_daily", json={"is_paused": True})
    page.locator("[name=element_reason]").fill("its card is sound")
    page.get_by_role("button", name="Approve").click()
    assert airflow.follow("townsquare_judge", run["dag_run_id"], lambda _: None) == "success"
    airflow._call("PATCH", "/api/v2/dags/townsquare_daily", json={"is_paused": False})

    assert mlflow_store.aliased(home, "churn") == waiting["model_version"]
    last = ledger.read(home, "promotions")[-1]
    assert (last["decision"], last["decided_by"]) == ("promoted", "admin")
    assert last["reason"] == "its card is sound"


def test_a_run_past_its_deadline_is_told_by_mail_and_webhook(
    scheduled: str, told: receivers.Received, desk: Desk
) -> None:
    post = told.wait_for("townsquare_daily is overdue")
    assert scheduled in post["what"] and "was to be done by" in post["what"]
    assert "Readers keep release" in post["affected"]
    assert post["link"] == f"{desk[1].url}/dags/townsquare_daily/runs/{scheduled}"
    assert set(told.keys) == {"Bearer a key of the test"}
    assert "Next step" in told.mail("townsquare_daily is overdue")
