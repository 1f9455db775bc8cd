"""What is told of a build, heard by a receiver that listens as an endpoint would."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from townsquare import openlineage
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import Home

PARENT = "townsquare/townsquare_daily.build_marts/01941f29-7c00-7000-8000-000000000000"


class Receiver(HTTPServer):
    """Keeps what is posted to it."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.heard: list[tuple[str, str | None, dict[str, Any]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # noqa: N802  the name that http.server calls
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers["Authorization"], json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("TOWNSQUARE_OPENLINEAGE", address)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(world: Home, tmp_path: Path) -> Path:
    """The results of three marts of the world's last build: good, failed and skipped."""
    path = world.dbt_target / "marts" / "run_results.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    by_name = {one["unique_id"].rpartition(".")[2]: one for one in told["results"]}
    failed = {**by_name["sessions"], "status": "error", "message": "Out of memory"}
    skipped = {**by_name["user_days"], "status": "skipped"}
    told["results"] = [by_name["daily_metrics"], failed, skipped]
    (tmp_path / "run_results.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path


def test_each_model_of_a_build_is_told_with_its_columns_and_its_task(
    world: Home, target: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(openlineage.PARENT, PARENT)
    monkeypatch.setenv("TOWNSQUARE_OPENLINEAGE_KEY", "not a secret")
    assert openlineage.tell_build(world, read_network(world), target) == 4
    assert {(path, key) for path, key, _ in receiver.heard} == {
        ("/api/v1/lineage", "Bearer not a secret")
    }
    events = [event for _, _, event in receiver.heard]
    said = [(event["job"]["name"], event["eventType"]) for event in events]
    assert said == [
        ("dbt.daily_metrics", "START"), ("dbt.daily_metrics", "COMPLETE"),
        ("dbt.sessions", "START"), ("dbt.sessions", "FAIL"),
    ]  # fmt: skip
    start, done, _, failed = events
    assert start["run"]["runId"] == done["run"]["runId"] != failed["run"]["runId"]
    assert start["eventTime"] <= done["eventTime"]
    parent = done["run"]["facets"]["parent"]
    assert (
        "/".join((parent["job"]["namespace"], parent["job"]["name"], parent["run"]["runId"]))
        == PARENT
    )
    assert failed["run"]["facets"]["errorMessage"]["message"] == "Out of memory"
    _holds_columns(done)


def _holds_columns(event: dict[str, Any]) -> None:
    (output,) = event["outputs"]
    assert output["name"] == "daily_metrics"
    assert "engagement_days" in {one["name"] for one in event["inputs"]}
    fields = {one["name"]: one for one in output["facets"]["schema"]["fields"]}
    assert fields["mau"]["description"].startswith("Monthly active users")
    traced = output["facets"]["columnLineage"]["fields"]
    steps = {(one["name"], one["field"]) for one in traced["mau"]["inputFields"]}
    assert ("engagement_days", "n_users") in steps
    (copied,) = traced["activity_date"]["inputFields"]
    assert copied["transformations"] == [{"type": "DIRECT", "subtype": "IDENTITY"}]


def test_the_same_goes_to_a_file(
    world: Home, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWNSQUARE_OPENLINEAGE", "file")
    place = tmp_path / "elsewhere" / "events.jsonl"
    monkeypatch.setattr(Home, "openlineage", place)
    for _ in range(2):  # the second build goes behind the first
        assert openlineage.tell_build(world, read_network(world), target) == 4
    events = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    assert [event["eventType"] for event in events] == ["START", "COMPLETE", "START", "FAIL"] * 2
    assert "parent" not in events[0]["run"]["facets"]


@pytest.mark.parametrize("status", [500, 403])
def test_a_listener_that_refuses_is_asked_once_and_the_run_goes_on(
    world: Home, target: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    receiver.status = status
    with caplog.at_level(logging.WARNING):
        assert openlineage.tell_build(world, read_network(world), target) == 0
    assert len(receiver.heard) == 1
    assert "are not told" in caplog.text


def test_nothing_is_built_and_nothing_is_told_without_an_address(
    world: Home, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOWNSQUARE_OPENLINEAGE", raising=False)
    assert openlineage.tell_build(world, read_network(world), target) == 0
    monkeypatch.setenv("TOWNSQUARE_OPENLINEAGE", "file")
    assert openlineage.tell_build(world, read_network(world), target / "never built") == 0


def test_an_address_that_is_none_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWNSQUARE_OPENLINEAGE", "marquez:5000")
    with pytest.raises(TownsquareError, match="'marquez:5000', but must be `file` or the address"):
        openlineage.transport(Home(tmp_path))
