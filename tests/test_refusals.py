"""What the pieces around Airflow, the declarations and the learners refuse, each once."""

import socket
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import httpx
import pyarrow as pa
import pytest
from pydantic import ValidationError

from ml import declaration
from ml.learners import _declaration, _run
from townsquare import cli, databases, learned, runs, services, steps, warehouse
from townsquare.commands._dags import run_dag
from townsquare.commands._days import as_day
from townsquare.contract import Table, load_tables
from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import _sevenzip, _texts
from townsquare.network import Network
from townsquare.release import _candidate
from townsquare.settings import Home
from townsquare.simulate import _outbox
from townsquare.warehouse import _building

Answers = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "var")
    made.airflow.mkdir(parents=True)
    return made


@pytest.fixture
def server(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answers], runs.Airflow]:
    """Airflow's REST API, answered by a function."""

    def start(answers: Answers) -> runs.Airflow:
        client = httpx.Client(transport=httpx.MockTransport(answers), base_url="http://airflow")
        monkeypatch.setattr(runs, "password", lambda home: "secret")
        monkeypatch.setattr(runs.httpx, "Client", lambda **_: client)
        return runs.Airflow(home, services.Running(8080))

    return start


def _knows_nothing(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/auth/token":
        return httpx.Response(201, json={"access_token": "x"})
    if request.url.path == "/api/v2/importErrors":
        return httpx.Response(200, json={"import_errors": [{"stack_trace": "at\nKeyError: x"}]})
    return httpx.Response(500, text="out of order")


def test_an_airflow_that_refuses_the_user_is_told_with_the_way_out(
    server: Callable[[Answers], runs.Airflow],
) -> None:
    with pytest.raises(TownsquareError, match="refuses the user .* Stop it and try again"):
        server(lambda _: httpx.Response(401))


def test_what_airflow_answers_is_told_with_what_was_asked(
    server: Callable[[Answers], runs.Airflow],
) -> None:
    with (
        server(_knows_nothing) as airflow,
        pytest.raises(TownsquareError, match="answered 500 to GET .*: out of order"),
    ):
        airflow.list_runs("townsquare_daily")


def test_a_dag_that_airflow_cannot_parse_is_told_with_its_error(
    server: Callable[[Answers], runs.Airflow],
) -> None:
    with (
        server(_knows_nothing) as airflow,
        pytest.raises(TownsquareError, match="does not offer the DAG mine: KeyError: x"),
    ):
        airflow.prepare(["mine"], wait_seconds=0)


def test_a_taken_port_is_refused(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(TownsquareError, match=f"Port {port} is taken"),
            services.airflow(home, port, lambda _: None),
        ):
            pass


def test_a_database_that_airflow_cannot_prepare_is_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = SimpleNamespace(returncode=1, stderr="Traceback\n  at x\ndisk I/O error\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(TownsquareError, match="could not prepare .* disk I/O error"):
        services._migrate(home, 1)


@pytest.mark.parametrize(
    ("code", "said"), [(3, "scheduler ended with 3"), (None, "did not become healthy within 0 s")]
)
def test_an_airflow_that_does_not_come_up_is_told(
    code: int | None, said: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "START_SECONDS", 0 if code is None else 60)
    processes = {"scheduler": SimpleNamespace(poll=lambda: code, returncode=code)}
    with pytest.raises(TownsquareError, match=said):
        services._wait(home, services.Running(1), processes)  # type: ignore[arg-type]


def test_a_second_airflow_of_one_home_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWNSQUARE_HOME", str(home.root))
    monkeypatch.setattr(services, "running", lambda home: services.Running(8081))
    with pytest.raises(TownsquareError, match="already up .* at http://127.0.0.1:8081"):
        cli.up()


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(TownsquareError, match="as_of is 'soon'"):
        steps._date("soon")
    with pytest.raises(TownsquareError, match="--from is 'soon'"):
        as_day("soon", "--from")


def test_a_score_that_is_not_declared_is_told_with_those_that_are() -> None:
    with pytest.raises(TownsquareError, match="there is no score 'luck'; known: churn, conversion"):
        declaration.load_one("luck", Network())


def test_a_contract_table_that_names_a_column_it_lacks_is_refused() -> None:
    users = load_tables()["users"].model_dump()
    with pytest.raises(ValidationError, match=r"users names \['id'\]"):
        Table.model_validate({**users, "key": ["id"]})


def test_the_simulator_tells_no_column_that_the_contract_lacks() -> None:
    import numpy as np

    none = np.array([], np.int64)
    with pytest.raises(KeyError, match="users has no columns"):
        _outbox._shape("users", none, {"colour": pa.array([], pa.string())}, none)


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> _run.Run:
    """A run of a learner that reads words and writes moods."""
    shape = pa.schema([("content_id", pa.string()), ("mood", pa.float64())])
    monkeypatch.setattr(learned, "schemas", lambda: {"moods": shape})
    told = {
        "name": "moody",
        "folder": "text",
        "question": "In what mood?",
        "owner": "content",
        "reads": ["input_words"],
        "writes": {"moods": {"key": ["content_id"]}, "unknown": {"key": ["content_id"]}},
    }
    learner = _declaration.Learner.model_validate(told)
    return _run.Run(
        home=home, network=Network(), as_of=date(2025, 1, 1), dates=None, learner=learner
    )


@pytest.mark.parametrize(
    ("relation", "columns", "said"),
    [
        ("unknown", {"content_id": ["a"]}, "has no _unknown__sources.yml"),
        ("moods", {"content_id": ["a"]}, "differ in mood"),
        ("moods", {"content_id": ["a", None], "mood": [1.0, 1.0]}, "content_id is missing"),
        ("moods", {"content_id": ["a", "a"], "mood": [1.0, 2.0]}, "a repeated content_id"),
    ],
)
def test_a_learner_may_not_write_what_is_not_declared(
    run: _run.Run, relation: str, columns: dict[str, list[object]], said: str
) -> None:
    with pytest.raises(TownsquareError, match=said):
        run.write(relation, pa.table(columns))


def test_a_learner_may_not_read_what_is_not_declared_or_not_there(run: _run.Run) -> None:
    with pytest.raises(TownsquareError, match="add it to its `reads`"):
        run.read_relation("moods")
    with pytest.raises(TownsquareError, match="build the layer `warehouse` first"):
        run.read("input_words")


def test_a_red_run_ends_the_command_with_what_its_log_says(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Red:
        def prepare(self) -> None: ...

        def trigger(self, dag_id: str, conf: dict[str, object]) -> str:
            return "run 1"

        def follow(self, dag_id: str, run_id: str, told: object) -> str:
            return "failed"

        def failure(self, dag_id: str, run_id: str) -> str:
            return "build_marts: a model is wrong"

    monkeypatch.setattr(services, "airflow", lambda *_: nullcontext())
    monkeypatch.setattr(runs, "Airflow", lambda *_: nullcontext(Red()))
    with pytest.raises(TownsquareError, match="townsquare_daily is red: build_marts: a model is"):
        run_dag(home, "townsquare_daily", {}, quiet=True)


def test_a_member_that_is_longer_than_its_archive_declares_is_not_unpacked(tmp_path: Path) -> None:
    writer = _sevenzip._Writer(tmp_path / "Posts.xml", 4)
    writer.write(b"four")
    with pytest.raises(_sevenzip.ArchiveError, match=r"Posts\.xml is longer than it declares"):
        writer.write(b"!")
    writer._file.close()


def test_a_line_that_no_export_would_have_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_texts, "LONGEST_VALUE", 16)
    path = tmp_path / "users.jsonl"
    path.write_text("{}\n" + "x" * 40, encoding="utf-8")
    with pytest.raises(TownsquareError, match=r"users\.jsonl, line 2 is longer than"):
        list(_texts.lines(path, path.name))


@pytest.mark.parametrize("left", ["an error", "a log"])
def test_marts_that_somebody_writes_to_make_no_candidate(
    home: Home, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    home.marts.parent.mkdir(parents=True)
    home.marts.touch()
    log = home.marts.with_name(home.marts.name + ".wal")

    def connect(path: str) -> object:
        if left == "an error":
            raise duckdb.IOException("could not set lock on file")
        log.touch()
        return nullcontext(SimpleNamespace(execute=lambda query: None))

    monkeypatch.setattr(_candidate.duckdb, "connect", connect)
    told = "cannot be checkpointed" if left == "an error" else "still has a write-ahead log"
    with pytest.raises(TownsquareError, match=told):
        _candidate._checkpoint(home)


def test_a_file_that_the_kernel_does_not_copy_to_the_end_is_copied_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"0123456789")
    monkeypatch.setattr(_candidate.os, "copy_file_range", lambda *_: 0)
    _candidate.copy(source, target)
    assert target.read_bytes() == b"0123456789"


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        ("column x is missing", TownsquareError, "could not build the layer marts: one: column x"),
        ("Corrupt database file", databases.DamagedError, "A database is damaged"),
    ],
)
def test_a_model_that_fails_is_named_and_a_damaged_database_told_apart(
    home: Home, said: str, error: type[Exception], told: str
) -> None:
    failed = SimpleNamespace(status="error", message=said, node=SimpleNamespace(name="one"))
    result = SimpleNamespace(success=False, result=SimpleNamespace(results=[failed]), exception="")
    with pytest.raises(error, match=told):
        _building._counted(home, result, "marts")


def test_a_day_that_is_not_planned_is_not_built(home: Home) -> None:
    with pytest.raises(TownsquareError, match=r"plan\.json does not plan 2025-07-01"):
        warehouse.build(home, Network(), "marts", date(2025, 7, 1))
