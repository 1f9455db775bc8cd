"""The example notebook runs on a release as it is written, and keeps nothing of what it showed."""

import json
from pathlib import Path
from typing import Any

import duckdb
import matplotlib
import pytest

from townsquare.settings import PROJECT_ROOT, Home

NOTEBOOK = PROJECT_ROOT / "docs" / "notebooks" / "analyst.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict[str, Any]]:
    told = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    found: list[dict[str, Any]] = told["cells"]
    return found


def test_the_notebook_keeps_no_output(cells: list[dict[str, Any]]) -> None:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 5
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []


def test_every_cell_runs_and_the_release_stays_as_it_is(
    cells: list[dict[str, Any]],
    world: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOWNSQUARE_HOME", str(world.root))
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)
    assert len(names["tables"]) > 10 and names["tables"]["comment"].notna().all()
    assert names["metrics"]["stickiness"].between(0, 1).all() and len(names["metrics"]) == 85
    assert len(names["axes"].lines) == 1
    assert names["reached"]["is_reached"].tolist() == [False, True]
    assert names["likeliest"]["score"].is_monotonic_decreasing and len(names["likeliest"]) == 10
    assert (names["moved"]["n_users"] > 0).all()
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        names["desk"].execute("delete from town.users")
    names["desk"].close()
    matplotlib.pyplot.close("all")
