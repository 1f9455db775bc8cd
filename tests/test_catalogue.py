"""Holds the README to what there is: a generated catalogue, links that lead somewhere, brevity."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from townsquare import catalogue
from townsquare.settings import DBT_PROJECT, PROJECT_ROOT, SCORES

README = PROJECT_ROOT / "README.md"
PAGES = [README, *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def _published() -> list[Path]:
    models = DBT_PROJECT / "models"
    return [*(models / "marts").rglob("*.sql"), *(models / "published").glob("*.sql")]


def _rows(text: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def _cog_check(readme: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", str(readme)],
        cwd=PROJECT_ROOT,
        env={"PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readmes_catalogue_is_the_generated_one() -> None:
    told = _cog_check(README)
    assert told.returncode == 0, f"{told.stdout}{told.stderr}\nwrite it anew with: make docs"


def test_a_readme_that_lacks_a_mart_is_noticed(tmp_path: Path) -> None:
    lacking = tmp_path / "README.md"
    lines = README.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("| `daily_metrics` |")]
    assert len(kept) == len(lines) - 1
    lacking.write_text("".join(kept), encoding="utf-8")
    assert _cog_check(lacking).returncode != 0


def test_every_published_relation_and_score_has_a_row() -> None:
    relations, scores = _published(), list(SCORES.glob("*.yml"))
    assert len(relations) > 10
    assert {path.stem for path in relations} == _rows(catalogue.relations())
    assert len(scores) >= 2
    assert {path.stem for path in scores} == _rows(catalogue.scores())
    shown = _rows(README.read_text(encoding="utf-8"))
    assert {path.stem for path in [*relations, *scores]} <= shown


def test_a_new_mart_and_a_new_score_come_into_the_catalogue_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, scores = tmp_path / "dbt_project", tmp_path / "scores"
    shutil.copytree(DBT_PROJECT / "models", project / "models")
    scores.mkdir()
    monkeypatch.setattr(catalogue, "DBT_PROJECT", project)
    monkeypatch.setattr(catalogue, "SCORES", scores)
    new = project / "models" / "marts" / "content" / "memes.yml"
    new.write_text(
        "models:\n  - name: memes\n    description: One row per meme. It may be | or not.\n"
    )
    (scores / "laughter.yml").write_text("question: Will they laugh?\nowner: fun\n")
    assert "| `memes` | content | One row per meme |" in catalogue.relations().splitlines()
    assert "| `laughter` | Will they laugh? | fun |" in catalogue.scores().splitlines()


def test_every_relation_begins_with_its_grain() -> None:
    rows = catalogue.relations().splitlines()[2:]
    assert rows
    assert [row for row in rows if not row.split(" | ")[2].startswith("One row per ")] == []


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < 150


def test_every_page_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [README]
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            waiting += [to for to, _ in _targets(page) if to.suffix == ".md" and to.exists()]
    assert [str(page) for page in PAGES if page.resolve() not in {p.resolve() for p in seen}] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_ROOT)))
def test_every_link_and_image_exists(page: Path) -> None:
    for path, anchor in _targets(page):
        assert path.exists(), f"{page.name} links to {path}, which is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [_anchor(heading) for heading in headings]


def _targets(page: Path) -> list[tuple[Path, str]]:
    """Where the links of a page lead in the tree, each with its anchor."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = []
    for target in _LINK.findall(text):
        if "://" not in target:
            name, _, anchor = target.partition("#")
            found.append(((page.parent / name).resolve() if name else page, anchor))
    return found


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
