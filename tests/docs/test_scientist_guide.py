"""Adds the score that the scientist's guide shows to a copy of the project, and learns it there."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from guides import blocks, copy_code, copy_home, digests, in_project, named_blocks, write_files

from townsquare.settings import PROJECT_ROOT, Home

SCORE = "comeback"
FILES = named_blocks("scientist.md")
# A process of its own, as a task of the DAG is, whose project is the copy.
LEARN = """
import json, sys
from datetime import date
from townsquare import settings, warehouse
from townsquare.network import read_network
from ml.learning import learn
home, score = settings.Home.from_environment(), sys.argv[1]
network = read_network(home)
built = json.loads((home.warehouse.parent / "built.json").read_text())
as_of = date.fromisoformat(built["as_of"])
warehouse.plan(home, as_of)
warehouse.build(home, network, "frames", as_of)
told = learn(home, network, score, as_of)
warehouse.build(home, network, "published", as_of)
again = learn(home, network, score, as_of)
rolled_back = None
if told["available"]:
    exec(sys.stdin.read())
    from ml import ledger
    rolled_back = ledger.read(home, "promotions")[-1]["decision"]
answer = {
    "project": str(settings.PROJECT_ROOT), "as_of": as_of, "told": told, "again": again,
    "rolled_back": rolled_back,
}
print("\\nANSWER" + json.dumps(answer, default=str))
"""


@dataclass(frozen=True)
class Added:
    """The copy of the project with the score added, and what came of learning it."""

    project: Path
    home: Home
    before: dict[str, str]
    answer: dict[str, Any]


@pytest.fixture(scope="module")
def added(world: Home, tmp_path_factory: pytest.TempPathFactory) -> Added:
    project = tmp_path_factory.mktemp("scientist")
    copy_code(project)
    before = digests(project)
    write_files(project, FILES)
    home = copy_home(world, project / "var")
    (roll_back,) = blocks("scientist.md", "python")
    done = in_project(project, home, "-c", LEARN, SCORE, typed=roll_back.text)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return Added(project, home, before, json.loads(done.stdout.rpartition("\nANSWER")[2]))


def test_the_guide_shows_three_files_that_the_tree_does_not_have() -> None:
    frames = Path("dbt_project/models/frames")
    expected = {
        str(Path("ml/scores") / f"{SCORE}.yml"),
        str(frames / f"frame_{SCORE}.sql"),
        str(frames / f"frame_{SCORE}.yml"),
    }
    assert set(FILES) == expected
    assert [name for name in FILES if (PROJECT_ROOT / name).exists()] == []


def test_the_score_needs_no_edit_of_an_existing_file(added: Added) -> None:
    after = digests(added.project)
    assert len(added.before) > 100
    assert {name: after.get(name) for name in added.before} == added.before
    assert set(after) - set(added.before) == set(FILES)
    assert added.answer["project"] == str(added.project)


def test_the_score_is_published_for_the_day_or_says_why_not(added: Added) -> None:
    told, as_of = added.answer["told"], added.answer["as_of"]
    with duckdb.connect(str(added.home.marts), read_only=True) as marts:
        rows = marts.execute(
            """
            select score, band, reasons from latest_scores
            where score_name = ? and as_of_date = ?
            """,
            [SCORE, as_of],
        ).fetchall()
    if not told["available"]:
        assert told["reason"] and rows == []
        return
    assert len(rows) == told["rows_scored"] > 0
    assert {band for _, band, _ in rows} <= {"high", "medium", "low"}
    assert all(0 < score < 1 for score, _, _ in rows)
    assert all(reasons for _, _, reasons in rows)


def test_the_model_earned_its_place_over_the_best_single_feature(added: Added) -> None:
    told = added.answer["told"]
    if not told["available"]:
        assert len(told["reason"].split()) > 5
        return
    assert told["promoted"]
    assert told["auc"] > told["baseline_auc"] > 0.5
    assert Path(told["card"]).stat().st_size > 10_000


def test_the_same_day_again_trains_nothing_new(added: Added) -> None:
    again = added.answer["again"]
    assert not again["trained"]
    assert again["rows_scored"] == added.answer["told"]["rows_scored"]


def test_the_model_rolls_back_as_the_guide_shows(added: Added) -> None:
    if not added.answer["told"]["available"]:
        pytest.skip(f"no model to roll back to: {added.answer['told']['reason']}")
    assert added.answer["rolled_back"] == "rolled back"
