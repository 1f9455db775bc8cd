"""Asking the current release: one query, a prompt, and errors that a person can act on."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from townsquare.errors import TownsquareError
from townsquare.release import query
from townsquare.settings import Home

Publish = Callable[..., str]


def test_a_query_is_answered_from_the_current_release(home: Home, publish: Publish) -> None:
    publish()
    assert query.run_query(home, "select count(*) as n, min(stamp) as stamp from users") == (
        ["n", "stamp"], [(1000, 1)],
    )  # fmt: skip


def test_without_a_release_the_way_to_one_is_told(home: Home) -> None:
    with pytest.raises(TownsquareError, match="townsquare run"):
        query.run_query(home, "select 1")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select * from userz", "The release holds: daily_metrics, users"),
        ("select stump from users", "stamp"),
        ("selec 1", "syntax error"),
        ("create table mine as select 1", "A release never changes"),
        ("delete from users", "A release never changes"),
        ("copy users to 'users.csv'", "disabled by configuration"),
        ("select * from read_text('manifest.json')", "disabled by configuration"),
        ("set enable_external_access = true", "locked"),
    ],
)
def test_an_error_is_one_sentence_with_a_way_out(
    sql: str, words: str, home: Home, publish: Publish
) -> None:
    publish()
    with pytest.raises(TownsquareError) as failed:
        query.run_query(home, sql)
    assert words in str(failed.value)
    assert "\n" not in str(failed.value)


def test_the_prompt_knows_relations_columns_and_sql_over_lines(
    home: Home, publish: Publish
) -> None:
    publish()
    typed = (
        ".tables\n\\d users\n.schema meta.releases\nselect 40\n  + 2 as answer;\nselect x;\n.huh\n"
    )
    done = subprocess.run(
        [
            sys.executable, "-c",
            "from townsquare.release.query import prompt; from townsquare.settings import Home; "
            "prompt(Home.from_environment())",
        ],
        input=typed + "select 'last' as word", capture_output=True, text=True, check=True,
        env={"TOWNSQUARE_HOME": str(home.root), "COLUMNS": "160"},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    for words in (
        "One row per user", "The own id of the user", "townsquare_version", "42",
        "Binder Error", ".quit", "last",
    ):  # fmt: skip
        assert words in done.stdout, words


def test_a_long_answer_says_what_it_leaves_out(
    home: Home, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    publish()
    query.show(*query.run_query(home, "select user_id from users"))
    assert "800 more rows" in capsys.readouterr().out


def test_texts_are_shown_as_they_are_and_command_neither_console_nor_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile = ["[/bold]", "[red]x", "\x1b]0;owned\x07", "a\nb", "=1+1", "\u202egpj.exe"]
    query.show(["[b]title[/b]", "n"], [(text, 1) for text in hostile])
    told = capsys.readouterr().out
    for text in ("[b]title[/b]", "[/bold]", "[red]x", r"\x1b]0;owned\x07", "a b", r"\u202egpj"):
        assert text in told
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


COLUMNS = [f"a_column_of_many_{number}" for number in range(9)]
ROWS = [tuple(range(9)), tuple(range(1_000_000, 1_000_009))]


def test_a_narrow_terminal_gets_a_line_per_cell_and_no_word_is_cut() -> None:
    console = Console(file=io.StringIO(), width=60, force_terminal=True, no_color=True)
    query.show(COLUMNS, ROWS, console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "row 2" in told
    for name, value in zip(COLUMNS, ROWS[1], strict=True):
        assert any(name in line and str(value) in line for line in told.splitlines())


def test_a_file_gets_every_row_on_a_line_of_its_own() -> None:
    console = Console(file=io.StringIO(), width=60)
    query.show(COLUMNS, [*ROWS, ("a sentence of many words " * 9, *range(8))], console)
    told = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert told[0].split() == COLUMNS
    assert told[2].split() == list(map(str, ROWS[1]))
    assert len(told) == 4
