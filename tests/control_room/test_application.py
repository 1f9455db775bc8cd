"""What the pages' application refuses, asked without a server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import HTTPException
from starlette.requests import Request

from control_room import address, application
from control_room.alerts import Alert
from control_room.pages import PREFIX
from townsquare.settings import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with one model card, and a release of which only data docs may be shown."""
    home = Home(tmp_path)
    release = home.releases / "2025-06-30.1"
    (release / "data_docs").mkdir(parents=True)
    (release / "data_docs" / "index.html").write_text("all of them")
    (release / "manifest.json").write_text("{}")
    (home.models / "churn" / "20250630-aaaaaaaa").mkdir(parents=True)
    (home.models / "churn" / "20250630-aaaaaaaa" / "card.html").write_text("a card")
    monkeypatch.setenv("TOWNSQUARE_HOME", str(tmp_path))
    return home


def refusal(of: Callable[[], object]) -> int:
    with pytest.raises(HTTPException) as refused:
        of()
    return refused.value.status_code


def request(**headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": sent})


def test_documents_of_a_release_are_shown_and_its_other_files_are_not(home: Home) -> None:
    shown = application._document("2025-06-30.1", "data_docs/index.html")
    assert "script-src" not in shown.headers["content-security-policy"]
    for document in ("manifest.json", "data_docs/../manifest.json", "data_docs/x.html"):
        assert refusal(lambda one=document: application._document("2025-06-30.1", one)) == 404


def test_the_card_of_any_kept_version_is_shown_in_an_origin_of_its_own(home: Home) -> None:
    shown = application._card("churn", "20250630-aaaaaaaa")
    assert "sandbox allow-scripts" in shown.headers["content-security-policy"]
    (home.root / "card.html").write_text("not a card")
    assert refusal(lambda: application._card("churn", "20250630-bbbbbbbb")) == 404
    assert refusal(lambda: application._card("..", "..")) == 404


def test_a_link_to_a_card_leads_to_the_card() -> None:
    shown = application.application().url_path_for("_card", score="churn", version="v1")
    assert address.card("churn", "v1") == address.of(f"{PREFIX}{shown}")


def test_a_page_that_is_not_in_the_folder_is_none(home: Home) -> None:
    nobody: object = None
    assert refusal(lambda: application._page("_base", request(), nobody)) == 404  # type: ignore[arg-type]


def test_only_a_form_of_this_airflow_is_followed() -> None:
    application._from_own_page(
        request(host="a:1", origin="http://a:1", sec_fetch_site="same-origin")
    )
    for headers in (
        {"host": "a:1", "origin": "http://b:1"},
        {"host": "a:1", "origin": "null"},
        {"host": "a:1"},
        {"host": "a:1", "origin": "http://a:1", "sec_fetch_site": "cross-site"},
    ):
        assert refusal(lambda one=headers: application._from_own_page(request(**one))) == 403


def test_what_is_refused_is_told_on_a_page_and_as_text() -> None:
    page = application._refused(request(), HTTPException(404, "<b>no</b>"))
    assert page.status_code == 404
    assert b"&lt;b&gt;no&lt;/b&gt;" in page.body


def test_a_kind_of_alert_has_to_say_what_it_tells() -> None:
    with pytest.raises(NotImplementedError):
        Alert().message({})


def test_behind_a_proxy_pages_link_to_where_airflow_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "ui", lambda: "https://desk.example/airflow")
    page = application._refused(request(), HTTPException(404, "none"))
    assert b'href="/airflow/townsquare/releases"' in page.body
    assert application._first().headers["location"] == "/airflow/townsquare/current_release"
    application._from_own_page(request(host="10.0.0.1:8080", origin="https://desk.example"))
