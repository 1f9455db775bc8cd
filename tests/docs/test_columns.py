"""Holds the pages of columns to a release: up to date, nothing missing, and noticed if it is."""

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from townsquare import documentation
from townsquare.documentation import FOLDER
from townsquare.release.query import run_query
from townsquare.settings import Home

_ROW = re.compile(r"^\| `(?P<column>\w+)` \| (?P<cells>.+) \|$", re.MULTILINE)
_PUBLISHED = """
    select table_name, column_name from duckdb_columns()
    where schema_name = 'main' and database_name = current_database() and not internal
"""


@pytest.fixture(scope="module")
def database(world: Home) -> Path:
    return (world.current / "townsquare.duckdb").resolve()


@pytest.fixture(scope="module")
def told(database: Path) -> dict[str, str]:
    return documentation.pages(database)


def _cells(page: str) -> dict[str, list[str]]:
    """Type, meaning and origin by column."""
    rows = {found["column"]: found["cells"] for found in _ROW.finditer(page)}
    return {column: re.split(r"(?<!\\) \| ", cells) for column, cells in rows.items()}


def _missing(database: Path, folder: Path) -> list[str]:
    """Published columns of which a folder of pages does not say type, meaning and origin."""
    with duckdb.connect(str(database), read_only=True) as release:
        columns = release.execute(_PUBLISHED).fetchall()
    pages = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    cells = {name: _cells(page) for name, page in pages.items()}
    found = []
    for relation, column in columns:
        said = cells.get(relation, {}).get(column, [])
        is_fresh = "**How fresh.**" in pages.get(relation, "")
        if len(said) != 3 or not all(cell.strip() for cell in said) or not is_fresh:
            found.append(f"{relation}.{column}")
    return found


def test_the_pages_are_those_that_the_release_gives(told: dict[str, str]) -> None:
    stale = documentation.stale(told)
    assert stale == [], "write them anew with: townsquare docs"


def test_every_published_column_has_its_meaning_freshness_and_origin(database: Path) -> None:
    assert _missing(database, FOLDER) == []
    assert len(list(FOLDER.glob("*.md"))) > 30


def test_a_column_that_no_page_tells_of_is_missed(
    database: Path, told: dict[str, str], tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    documentation.write(told, pages)
    assert documentation.stale(told, pages) == []
    page = pages / "user_days.md"
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    page.write_text("".join(x for x in lines if not x.startswith("| `n_likes_given` |")))
    (pages / "topics.md").unlink()
    missing = _missing(database, pages)
    assert "user_days.n_likes_given" in missing
    assert {one.partition(".")[0] for one in missing} == {"user_days", "topics"}
    assert documentation.stale(told, pages) == ["topics.md", "user_days.md"]


def test_a_column_that_is_new_or_says_nothing_is_missed(database: Path, tmp_path: Path) -> None:
    grown = tmp_path / "townsquare.duckdb"
    shutil.copyfile(database, grown)
    with duckdb.connect(str(grown)) as release:
        release.execute("alter table main.users add column shoe_size integer")
        release.execute("update meta.columns set description = '' where relation = 'sessions'")
    assert _missing(grown, FOLDER) == ["users.shoe_size"]
    pages = tmp_path / "pages"
    documentation.write(documentation.pages(grown), pages)
    assert {one.partition(".")[0] for one in _missing(grown, pages)} == {"users", "sessions"}


def test_a_page_that_nothing_stands_behind_is_taken_away(
    told: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "gone.md").write_text("# gone\n")
    assert documentation.stale(told, tmp_path)[0] == "README.md"
    documentation.write(told, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(told)


def test_meta_tells_of_every_column_in_sql(world: Home) -> None:
    columns = "select relation, column_name from meta.columns where description != '' and how != ''"
    assert sorted(run_query(world, columns)[1]) == sorted(run_query(world, _PUBLISHED)[1])
    as_of = dict(run_query(world, "select distinct relation, as_of_column from meta.columns")[1])
    assert as_of["users"] == as_of["scores"] == "as_of_date"
    assert as_of["sessions"] == "meta.releases.as_of_date"


def test_the_rule_of_freshness_names_its_column() -> None:
    assert documentation.freshness("as_of_date").endswith("before its `as_of_date`.")
    assert "`meta.releases`" in documentation.freshness("meta.releases.as_of_date")
