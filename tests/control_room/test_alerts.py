"""What people are told: what failed, since when, what is affected and what to do next."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import receivers

from control_room import alerts
from townsquare import ingest
from townsquare.settings import Home

WHOM: dict[str, Any] = {"email": "desk@example.org,night@example.org", "webhook": True}
START = datetime(2025, 7, 1, 0, 30, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a release; the newest interaction that landed is of 2025-06-28."""
    home = Home(tmp_path / "home")
    (home.releases / "2025-06-30.1").mkdir(parents=True)
    home.current.symlink_to("2025-06-30.1")
    source = tmp_path / "interactions.jsonl"
    source.write_text(
        '{"interaction_id": "i1", "occurred_at": "2025-06-28T10:00:00", "actor_id": "u1", '
        '"verb": "like", "content_id": "c1", "loaded_at": "2025-06-28T11:00:00"}\n'
    )
    ingest.import_source(home, "files", source)
    monkeypatch.setenv("TOWNSQUARE_HOME", str(home.root))
    return home


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    with receivers.listening() as received:
        for name, value in received.environment.items():
            monkeypatch.setenv(name, value)
        yield received


def failed_task() -> dict[str, Any]:
    ti = SimpleNamespace(
        dag_id="townsquare_daily", task_id="check_gates", run_id="manual__1", start_date=START
    )
    task = SimpleNamespace(
        doc_md="Hold the gates.\n\nRed: a critical check failed;\nmend the cause.\n\nMore.",
        get_flat_relative_ids=lambda upstream: {"publish_release"},
    )
    return {"ti": ti, "task": task, "exception": ValueError("user_days has <3> rows")}


def test_a_failure_says_what_since_when_what_waits_and_what_to_do(home: Home) -> None:
    said = alerts.Failed().message(failed_task())
    assert said is not None
    assert said.subject == "townsquare_daily failed at check_gates"
    assert said.what == "check_gates of townsquare_daily: user_days has <3> rows"
    assert said.since == "2025-07-01 00:30 UTC"
    assert said.affected == "Not done: publish_release. Readers keep release 2025-06-30.1."
    assert said.next_step == "A critical check failed; mend the cause."
    assert said.link.endswith("/dags/townsquare_daily/runs/manual__1/tasks/check_gates")


def test_a_failure_reaches_mailboxes_and_the_webhook_escaped(
    home: Home, told: receivers.Received
) -> None:
    alerts.Failed(**WHOM).notify(failed_task())
    (post,), (mail,) = told.posts, told.mails
    assert post["what"].endswith("user_days has <3> rows")
    assert told.keys == ["Bearer a key of the test"]
    assert mail["To"] == "desk@example.org, night@example.org"
    assert "user_days has &lt;3&gt; rows" in told.mail("failed at check_gates")


def test_one_who_cannot_be_reached_keeps_nobody_else_from_being_told(
    home: Home,
    told: receivers.Received,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_TOWNSQUARE_WEBHOOK")
    alerts.Failed(**WHOM).notify(failed_task())
    assert len(told.mails) == 1 and told.posts == []
    assert "Webhook could not be told" in caplog.text


def test_a_deadline_is_told_without_holding_up_the_triggerer(
    home: Home, told: receivers.Received
) -> None:
    run = {"dag_id": "townsquare_daily", "dag_run_id": "scheduled__1", "start_date": "2025-07-01"}
    context = {"dag_run": run, "deadline": {"deadline_time": "2025-07-01T01:30:00"}}

    async def miss() -> None:
        await alerts.Overdue(**WHOM, context=context)

    asyncio.run(miss())
    assert told.posts[0]["subject"] == "townsquare_daily is overdue"
    assert "by 2025-07-01T01:30:00" in told.mail("is overdue")


def test_late_data_is_what_a_required_table_lacks_at_its_end(home: Home) -> None:
    as_of = date(2025, 6, 30)  # its last day is the 29th, and interactions end on the 28th
    assert ingest.lagging(home, as_of, 0) == {"contents": None, "interactions": date(2025, 6, 28)}
    assert "interactions" not in ingest.lagging(home, as_of, 1)


def test_late_data_is_told_and_data_in_time_is_not(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ti = SimpleNamespace(dag_id="townsquare_daily", task_id="land_source")
    ti.xcom_pull = lambda task_ids: "2025-07-05"
    said = alerts.LateData(1).message({"ti": ti})
    assert said is not None
    assert "interactions (newest 2025-06-28)" in said.what
    assert said.since == "2025-06-28, None"
    assert "land_source" in said.next_step
    assert said.link.endswith("/plugin/townsquare-freshness")
    monkeypatch.setattr(ingest, "lagging", lambda *_: {})
    assert alerts.LateData(1).message({"ti": ti}) is None


def test_a_challenger_that_waits_is_told_with_the_place_to_answer(home: Home) -> None:
    ti = SimpleNamespace(
        dag_id="townsquare_judge", task_id="judge_churn", run_id="asset__1", start_date=START
    )
    said = alerts.Asked().message({"ti": ti, "task": SimpleNamespace(subject="May x speak?")})
    assert said is not None and said.subject == "May x speak?"
    assert said.link.endswith("/runs/asset__1/tasks/judge_churn/required_actions")
