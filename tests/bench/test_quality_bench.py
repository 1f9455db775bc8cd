"""Every part of the quality bench can be run by its one command."""

import ast
from pathlib import Path

import pytest

from bench import quality
from bench.quality_parts import Asked, communities


def test_every_part_measures_what_the_command_was_given() -> None:
    for name in quality.names():
        path = quality.ROOT / "bench" / "quality_parts" / f"{name}.py"
        functions = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)]
        taken = [[a.arg for a in f.args.args] for f in functions if f.name == "measure"]
        assert taken == [["asked"]], name


def test_a_part_without_the_home_that_it_wants_says_that_it_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(communities.measure(Asked(Path("data")))) == []
    assert "--home names no simulated home" in capsys.readouterr().out


def test_rows_are_told_as_a_table_with_what_a_row_lacks_left_empty(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = iter([{"what": "one", "bar": "2"}, {"what": "other"}])
    monkeypatch.setattr(communities, "measure", lambda asked: rows)
    quality.show("communities", Asked(Path("data")))
    told = capsys.readouterr().out
    assert "| what | bar |\n|---|---|\n| one | 2 |\n| other |  |\n" in told
