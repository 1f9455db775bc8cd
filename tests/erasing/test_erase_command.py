"""`townsquare erase` asks before it erases, and says what is left for the operator to do."""

import json
from pathlib import Path

import pytest
from homes import files_naming, make
from typer.testing import CliRunner

from townsquare import cli
from townsquare.errors import TownsquareError
from townsquare.settings import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = make(tmp_path)
    monkeypatch.setenv("TOWNSQUARE_HOME", str(home.root))
    return home


def test_a_person_is_erased_only_if_the_id_is_typed_again(home: Home) -> None:
    named = files_naming(home, "u1")

    refused = CliRunner().invoke(cli.app, ["erase", "u1"], input="u12\n")

    assert isinstance(refused.exception, TownsquareError)
    assert "not the same" in str(refused.exception)
    assert files_naming(home, "u1") == named

    done = CliRunner().invoke(cli.app, ["erase", "u1"], input="u1\n")

    assert done.exit_code == 0
    assert "Take them out of the source as well" in done.output
    assert files_naming(home, "u1") == []


def test_a_script_confirms_with_an_option_and_reads_the_receipt(home: Home) -> None:
    done = CliRunner().invoke(cli.app, ["erase", "u1", "--yes", "--json", "--reason", "by letter"])
    assert done.exit_code == 0
    receipt = json.loads(done.stdout)
    assert receipt["reason"] == "by letter"
    assert "u1" not in done.stdout


def test_an_unknown_id_is_refused_before_anything_is_asked(home: Home) -> None:
    refused = CliRunner().invoke(cli.app, ["erase", "u9"])
    assert "names no user 'u9'" in str(refused.exception)


def test_a_release_of_an_older_version_cannot_be_replayed_and_says_so(home: Home) -> None:
    """Its manifest has no account of what it was made of: here the home was never built by dbt."""
    refused = CliRunner().invoke(cli.app, ["replay", "2025-03-10.1"])
    assert "does not say what the release was made of" in str(refused.exception)
    unknown = CliRunner().invoke(cli.app, ["replay", "2025-03-10.9"])
    assert "choose one of: 2025-03-10.1, 2025-03-10.2" in str(unknown.exception)
