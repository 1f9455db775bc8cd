import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from townsquare import cli
from townsquare.settings import PROJECT_ROOT, Home

Command = Callable[..., subprocess.CompletedProcess[str]]


def _commands() -> Iterator[tuple[str, ...]]:
    def walk(group: typer.Typer, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for command in group.registered_commands:
            name = command.name or command.callback.__name__.replace("_", "-")
            yield (*path, name)
        for child in group.registered_groups:
            yield from walk(child.typer_instance, (*path, child.name))

    yield from walk(cli.app, ())


COMMANDS = sorted(_commands())


def test_a_command_that_is_asked_to_end_ends_what_it_has_started(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time\n"
        "from contextlib import ExitStack\n"
        "from townsquare import cli\n"
        "def app():\n"
        "    with ExitStack() as started:\n"
        "        started.callback(print, 'ended in order')\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(60)\n"
        "cli.app = app\n"
        "cli.main()\n"
    )
    environment = {**os.environ, "TOWNSQUARE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "ended in order\n")
    assert done.stderr == "townsquare: stopped\n"


def test_the_command_has_its_words() -> None:
    assert {
        ("simulate",),
        ("import", "stackexchange"),
        ("import", "activitystreams"),
        ("import", "files"),
        ("run",),
        ("up",),
        ("sql",),
        ("releases",),
        ("rollback",),
        ("status",),
    } <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(command: tuple[str, ...]) -> None:
    told = CliRunner().invoke(cli.app, [*command, "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    assert len(told.output.split()) > 10


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_operators_guide(command: tuple[str, ...]) -> None:
    guide = (PROJECT_ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert f"townsquare {' '.join(command)}" in guide


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import", "stackexchange", "nowhere.7z"), "nowhere.7z does not exist"),
        (("run", "--as-of", "yesterday"), "'yesterday'"),
        (("rollback", "1999-01-01.1"), "1999-01-01.1"),
        (("sql", "select 1"), "no release"),
        (("simulate", "--users", "3", "--days", "2"), "users"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_1(
    tmp_path: Path, townsquare: Command, arguments: tuple[str, ...], told: str
) -> None:
    done = townsquare(tmp_path, *arguments, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("townsquare: ")
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_an_unknown_option_is_a_usage_error(tmp_path: Path, townsquare: Command) -> None:
    assert townsquare(tmp_path, "run", "--nonsense", check=False).returncode == 2


def test_a_broken_network_yml_is_one_sentence(tmp_path: Path, townsquare: Command) -> None:
    (tmp_path / "network.yml").write_text("windows: {churn_horizon_days: -3}")
    done = townsquare(tmp_path, "status", check=False)
    assert done.returncode == 1
    assert "windows.churn_horizon_days is -3" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_import_tells_its_accounting_as_json(tmp_path: Path, townsquare: Command) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "users.csv").write_text(
        "user_id,registered_at,loaded_at\n"
        "ada,2025-01-01 08:00:00,2025-01-02 00:00:00\n"
        ",2025-01-01 09:00:00,2025-01-02 00:00:00\n"
    )
    done = townsquare(tmp_path / "var", "import", "files", str(export), "--json")
    (row,) = json.loads(done.stdout)
    assert (row["read"], row["landed"], row["quarantined"], row["duplicate"]) == (2, 1, 1, 0)
    assert row["reasons"]


def test_the_world_can_be_asked_by_a_script(world: Home, townsquare: Command) -> None:
    (release,) = json.loads(townsquare(world.root, "releases", "--json").stdout)
    assert release["is_current"]
    rows = json.loads(
        townsquare(world.root, "sql", "--json", "select count(*) as n from users").stdout
    )
    assert rows[0]["n"] > 0
    told = json.loads(townsquare(world.root, "status", "--json").stdout)
    assert told["landed"]["interactions"] > 0
    assert told["airflow"] is None


def test_a_wrong_query_names_the_relations_that_exist(world: Home, townsquare: Command) -> None:
    done = townsquare(world.root, "sql", "select * from userz", check=False)
    assert done.returncode == 1
    assert "users" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_cannot_write(world: Home, townsquare: Command) -> None:
    done = townsquare(world.root, "sql", "delete from users", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
