"""What was traced once is not traced again, and what has changed is."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from townsquare.lineage import _remembering, _tracing
from townsquare.lineage._remembering import Memory

COLUMNS = {("db", "main", "posts"): ["post_id", "author_id", "day"]}
SQL = "select author_id, day as last_day from db.main.posts where day < date '{}'"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that were truly traced."""
    found: list[str] = []
    trace = _tracing.trace

    def watched(sql: str, columns: object) -> object:
        found.append(sql)
        return trace(sql, columns)  # type: ignore[arg-type]

    monkeypatch.setattr(_tracing, "trace", watched)
    return found


def test_another_day_of_the_same_query_is_known(tmp_path: Path, asked: list[str]) -> None:
    path = tmp_path / "lineage.json"
    first = Memory(path)
    told = first.trace(SQL.format("2025-01-01"), COLUMNS)
    first.keep()
    assert Memory(path).trace(SQL.format("2025-01-02"), COLUMNS) == told
    assert len(asked) == 1
    listed = "select author_id from db.main.posts where day in ({})"
    for days in (["2025-01-01"], ["2025-01-01", "2025-01-02"], ["2025-01-03"] * 9):
        first.trace(listed.format(", ".join(f"date '{day}'" for day in days)), COLUMNS)
    assert len(asked) == 2


def test_a_query_or_a_relation_that_changed_is_traced_anew(
    tmp_path: Path, asked: list[str]
) -> None:
    memory = Memory(tmp_path / "lineage.json")
    sql = "select * from db.main.posts"
    assert list(memory.trace(sql, COLUMNS)) == ["post_id", "author_id", "day"]
    assert list(memory.trace(sql, {("db", "main", "posts"): ["post_id"]})) == ["post_id"]
    assert list(memory.trace(sql + " limit 3", COLUMNS)) == ["post_id", "author_id", "day"]
    assert len(asked) == 3


@pytest.mark.parametrize("changed", ["the code of the tracer", "sqlglot"])
def test_what_another_version_traced_is_traced_anew(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    sql = "select author_id from db.main.posts"
    old = Memory(tmp_path / "lineage.json")
    old.trace(sql, COLUMNS)
    old.keep()
    _remembering._tracer.cache_clear()
    if changed == "sqlglot":
        monkeypatch.setattr(
            _remembering, "version", lambda name: "99.0" if name == changed else version(name)
        )
    else:
        code = tmp_path / "upgraded"
        shutil.copytree(Path(_remembering.__file__).parent, code)
        with (code / "_tracing.py").open("a", encoding="utf-8") as tracing:
            tracing.write("# another version")
        monkeypatch.setattr(_remembering, "__file__", str(code / "_remembering.py"))
    Memory(tmp_path / "lineage.json").trace(sql, COLUMNS)
    _remembering._tracer.cache_clear()
    assert len(asked) == 2


def test_what_is_not_used_any_more_is_forgotten_and_damage_is_no_harm(
    tmp_path: Path, asked: list[str]
) -> None:
    path = tmp_path / "lineage.json"
    old = Memory(path)
    old.trace("select post_id from db.main.posts", COLUMNS)
    old.keep()
    new = Memory(path)
    new.trace("select author_id from db.main.posts", COLUMNS)
    new.keep()
    assert len(json.loads(path.read_text(encoding="utf-8"))) == 1
    path.write_text("{half", encoding="utf-8")
    assert Memory(path).trace("select author_id from db.main.posts", COLUMNS)
    assert len(asked) == 3
