"""A database that is lost or damaged is set aside and built anew, and the log says why."""

import json
import logging
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ml import daily, learners
from townsquare import databases, steps, warehouse
from townsquare.errors import TownsquareError
from townsquare.settings import Home
from townsquare.warehouse import _building

DAY = date(2025, 7, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose last build was finished; planned again it has nothing to do."""
    home = Home(tmp_path)
    warehouse.plan(home, DAY)
    for path in (home.warehouse, home.marts):
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table held as select range as n from range(300000)")
    warehouse.finish(home)
    assert warehouse.plan(home, DAY) is False
    (home.learned / "trends" / "0.parquet").touch()  # something is learned
    return home


@pytest.fixture
def fails() -> dict[int, Exception]:
    """What goes wrong with which of the builds; the first is 1."""
    return {}


@pytest.fixture
def done(fails: dict[int, Exception], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a step would have built or learned, in order, and none of it is."""
    seen: list[str] = []

    def build(home: Home, network: Any, layer: str, day: date, retry: bool = False) -> dict:
        seen.append(layer)
        if len(seen) in fails:
            raise fails[len(seen)]
        return {"success": len(seen)}

    def enrich(home: Home, as_of: str, at_once: int = 1) -> dict:
        seen.append("learned")
        return {}

    monkeypatch.setattr(warehouse, "build", build)
    monkeypatch.setattr(learners, "enrich", enrich)
    return seen


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def scribble(path: Path) -> None:
    path.write_bytes(b"not a database" + path.read_bytes()[14:])


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "lost": (Path.unlink, "is lost"),
    "cut": (cut, "is damaged"),
    "scribbled over": (scribble, "is damaged"),
    "emptied": (empty, "is damaged"),
}


@pytest.mark.parametrize("which", ["warehouse", "marts"])
@pytest.mark.parametrize("how", DAMAGES)
def test_the_next_plan_builds_everything_and_says_why(
    how: str, which: str, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    path: Path = getattr(home, which)
    act, told = DAMAGES[how]
    act(path)
    path.with_name(path.name + ".wal").write_bytes(b"a log of what is no more")

    with caplog.at_level(logging.INFO):
        assert warehouse.plan(home, DAY) is True

    assert f"full build, because {path} {told}" in caplog.text
    assert f"is set aside as {path}" in caplog.text
    assert not path.with_name(path.name + ".wal").exists()
    assert not home.warehouse.exists()
    assert list(databases.damages(home)) == []


def test_a_database_that_another_program_has_open_is_not_taken_for_damaged(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(path: str) -> None:
        raise duckdb.IOException(f'Could not set lock on file "{path}": held by PID 7')

    monkeypatch.setattr(duckdb, "connect", locked)
    with pytest.raises(TownsquareError, match="open in another program .*PID 7"):
        warehouse.plan(home, DAY)
    assert home.warehouse.exists()


@pytest.mark.parametrize(
    "harm",
    [lambda home: home.warehouse.unlink(), lambda home: cut(home.marts)],
    ids=["lost", "cut"],
)
def test_a_loss_between_two_tasks_builds_every_layer_up_to_this_one(
    harm: Callable[[Home], None], home: Home, done: list[str]
) -> None:
    assert steps.build(home, "frames", str(DAY)) == {"success": 1}
    harm(home)
    assert steps.build(home, "frames", str(DAY)) == {"success": 4}
    assert done == ["frames", "warehouse", "marts", "frames"]
    assert json.loads((home.warehouse.parent / "plan.json").read_text())["full"] is True


@pytest.mark.parametrize("is_learned", [True, False])
def test_what_an_erasure_took_of_the_learned_is_learned_again_before_the_marts(
    is_learned: bool, home: Home, done: list[str]
) -> None:
    """An erasure between two tasks of a day leaves neither databases nor learned relations."""
    for made in (home.warehouse.parent, home.learned):
        shutil.rmtree(made, ignore_errors=True)
    if is_learned:
        (home.learned / "trends").mkdir(parents=True)
        (home.learned / "trends" / "0.parquet").touch()
    steps.build(home, "frames", str(DAY))
    assert done == ["warehouse", *([] if is_learned else ["learned"]), "marts", "frames"]


@pytest.mark.parametrize(
    ("task", "layers"),
    [("enrich_all", ["warehouse"]), ("learn_all", ["warehouse", "learned", "marts", "frames"])],
)
def test_a_task_that_learns_builds_what_an_erasure_took_since_the_last_one(
    task: str, layers: list[str], home: Home, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "_each", lambda *_, **__: done.append("scored"))
    for made in (home.warehouse.parent, home.inputs, home.learned, home.frames):
        shutil.rmtree(made, ignore_errors=True)
    getattr(daily, task)(home, str(DAY))
    assert done == [*layers, "learned" if task == "enrich_all" else "scored"]


def test_damage_that_dbt_meets_builds_anew_and_another_failure_does_not(
    home: Home, done: list[str], fails: dict[int, Exception]
) -> None:
    fails[1] = databases.DamagedError("A database is damaged.")
    fails[4] = TownsquareError("a model is wrong")
    steps.build(home, "marts", str(DAY))
    assert done == ["marts", "warehouse", "marts"]
    warehouse.prepare(home)
    duckdb.connect(str(home.warehouse)).close()
    with pytest.raises(TownsquareError, match="a model is wrong"):
        steps.build(home, "marts", str(DAY))
    assert len(done) == 4


def test_an_as_of_before_the_last_build_builds_everything(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock or a hand that asks for an earlier day gets what was known then."""
    with caplog.at_level(logging.INFO):
        assert warehouse.plan(home, date(2025, 6, 1)) is True
    assert "because it lies before 2025-07-01, the date of the last build" in caplog.text


def test_a_retry_after_a_kill_takes_nothing_of_an_earlier_day(home: Home) -> None:
    target = home.dbt_target / "marts"
    _building._begin(target, date(2025, 6, 30))
    failed = json.dumps({"results": [{"status": "error"}]})
    (target / "run_results.json").write_text(failed)
    assert _building._retry(target, date(2025, 6, 30)) is not None
    assert _building._retry(target, DAY) is None  # killed before it began
    _building._begin(target, DAY)
    assert _building._retry(target, DAY) is None  # killed before it told anything
    (target / "run_results.json").write_text(failed[:9])
    assert _building._retry(target, DAY) is None  # killed while it told


def test_a_retry_after_a_kill_before_the_plan_plans(home: Home, monkeypatch) -> None:
    later = date(2025, 7, 2)
    assert not warehouse.is_planned(home, later)
    monkeypatch.setattr(warehouse, "build", lambda *_: {})
    steps.build(home, "warehouse", str(later), retry=True)
    assert warehouse.is_planned(home, later)
