"""Words of the command that have a file of their own: found by the folder, and their refusals."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import typer

from townsquare import commands, documentation, release
from townsquare.commands.docs import docs
from townsquare.commands.metrics import metrics
from townsquare.errors import TownsquareError
from townsquare.settings import Home


def test_a_module_of_the_folder_is_a_word_of_the_command() -> None:
    app = typer.Typer()
    commands.register(app)
    words = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert words == {path.stem for path in Path(commands.__file__).parent.glob("[a-z]*.py")}
    assert {"docs", "metrics"} <= words


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the pages of a release that has one column."""

    def build_shape(home: Home) -> None:
        home.marts.parent.mkdir(parents=True)
        with duckdb.connect(str(home.marts)) as marts:
            marts.execute("create schema meta")
            marts.execute(
                "create table meta.columns as select 'users' as relation, 'user_id' as column_name,"
                " 1 as position, 'varchar' as data_type, 'Whose row it is.' as description,"
                " 'as_of_date' as as_of_column, 'copied' as how, ['users.user_id'] as origins"
            )
            marts.execute(
                "create table meta.lineage as select 'users' as model, 'model' as model_kind, "
                "'user_id' as column_name, 'stg_users' as upstream, 'model' as upstream_kind, "
                "'user_id' as upstream_column"
            )

    monkeypatch.setattr(release, "build_shape", build_shape)
    monkeypatch.setattr(documentation.write, "__defaults__", (tmp_path / "pages",))
    monkeypatch.setattr(documentation.stale, "__defaults__", (tmp_path / "pages",))
    return tmp_path / "pages"


def test_pages_are_written_and_then_found_to_be_up_to_date(
    pages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs()
    text = (pages / "users.md").read_text(encoding="utf-8")
    assert "| `user_id` | varchar | Whose row it is. | copied from `users.user_id`" in text
    docs(check=True)
    assert "0 of 3 pages" in capsys.readouterr().err


def test_a_check_of_pages_writes_nothing_and_names_what_is_stale(pages: Path) -> None:
    docs()
    (pages / "users.md").write_text("# users\n", encoding="utf-8")
    with pytest.raises(TownsquareError, match=r"is not up to date in users\.md; write it anew"):
        docs(check=True)
    assert (pages / "users.md").read_text(encoding="utf-8") == "# users\n"


def test_a_release_of_an_older_version_has_no_metrics_to_ask(
    home: Home, publish: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    monkeypatch.setenv("TOWNSQUARE_HOME", str(home.root))
    with pytest.raises(TownsquareError, match=r"semantic_manifest\.json is missing, because"):
        metrics(["dau"])


def test_a_day_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOWNSQUARE_HOME", str(tmp_path))
    with pytest.raises(TownsquareError, match="--until is 'June', but must be a date"):
        metrics(["dau"], until="June")


def test_what_dbt_declared_without_metrics_asks_for_none(home: Home, tmp_path: Path) -> None:
    from townsquare.metrics import declarations, read_metrics

    assert read_metrics(declarations(home)) == []
    home.dbt_target.mkdir(parents=True)
    empty = json.dumps({"semantic_models": [], "metrics": []})
    (home.dbt_target / "semantic_manifest.json").write_text(empty, encoding="utf-8")
    assert read_metrics(declarations(home)) == []
