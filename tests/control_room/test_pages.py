"""Every page is drawn from releases alone, and shows what people wrote as text."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from control_room import drawing, reading
from control_room.pages import FIRST, FOLDER, names
from control_room.reading import Asked
from townsquare import ingest, release
from townsquare.errors import TownsquareError
from townsquare.quality import Check
from townsquare.release import _history as release_history
from townsquare.settings import Home

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>"
OUTSIDE = re.compile(r"""(?:src|href|action)=["']?(?:https?:)?//""")


def drawn(name: str, asked: Asked) -> str:
    return drawing.draw(name, "once", import_module(f"control_room.pages.{name}").facts(asked))


def test_every_page_is_a_template_and_its_facts() -> None:
    assert names()
    for name in names():
        assert (FOLDER / f"{name}.py").exists(), name
    assert {path.stem for path in FOLDER.glob("[!_]*.py")} == set(names())


@pytest.mark.parametrize("name", names())
def test_a_page_is_drawn_from_a_release_and_loads_nothing_from_outside(
    world: Home, name: str
) -> None:
    page = drawn(name, Asked(world, {}, may_roll_back=True))
    assert not OUTSIDE.search(page)
    assert "onclick" not in page and "javascript:" not in page
    assert page.count("<script") == page.count('<script nonce="once">') == 1
    if name not in ("models", "quarantine", "build_times"):
        assert world.current.resolve().name in page


def test_the_current_release_is_told_in_rows_metrics_gates_and_drift(world: Home) -> None:
    facts = import_module("control_room.pages.current_release").facts(Asked(world))
    manifest = json.loads((world.current / "manifest.json").read_text())
    told = {row["relation"]: row["rows"] for row in facts["relations"]}
    assert told == {name: one["rows"] for name, one in manifest["relations"].items()}
    assert {row["gate"] for row in facts["checks"]} == {"contract", "data", "model", "release"}
    assert sum(row["checks"] for row in facts["checks"]) == sum(manifest["checks"].values())
    told = {row["metric"]: row["value"] for row in facts["metrics"]["rows"]}
    assert int(told["dau"]) > 0 and told["stickiness"].endswith("\N{NO-BREAK SPACE}%")
    assert told["avg_session_seconds"].endswith("\N{NO-BREAK SPACE}s")
    assert facts["n_compared"] > 0


def test_every_contract_table_is_as_fresh_as_the_last_day(world: Home) -> None:
    facts = import_module("control_room.pages.freshness").facts(Asked(world))
    behind = {row["table_name"]: row["days_behind"] for row in facts["tables"]}
    assert behind["interactions"] == 0
    assert {row["table_name"] for row in facts["tables"] if row["is_required"]} == {
        "users",
        "contents",
        "interactions",
    }


@pytest.fixture
def quarantined(tmp_path: Path) -> Home:
    """A home whose only row broke the contract with a value that would be a script."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "interactions.jsonl").write_text(
        json.dumps({"interaction_id": EVIL, "actor_id": EVIL, "verb": EVIL}) + "\n"
    )
    home = Home(tmp_path / "home")
    ingest.import_source(home, "files", source)
    return home


def test_a_quarantined_value_is_shown_as_text(quarantined: Home) -> None:
    (reason,) = import_module("control_room.pages.quarantine").facts(Asked(quarantined))["reasons"]
    words = {"table": reason["table"], "reason": reason["reason"]}
    page = drawn("quarantine", Asked(quarantined, words))
    assert "&lt;script&gt;alert(" in page
    assert "<script>alert" not in page and "<img" not in page


def test_a_reason_that_is_not_there_shows_no_rows(quarantined: Home) -> None:
    page = drawn("quarantine", Asked(quarantined, {"table": "../x", "reason": EVIL}))
    assert EVIL not in page and "alert(" not in page


def test_a_home_without_a_release_is_told_so(tmp_path: Path) -> None:
    empty = Asked(Home(tmp_path))
    with pytest.raises(TownsquareError, match="holds no release yet"):
        drawn("current_release", empty)
    assert "None is published yet" in drawn("releases", empty)
    assert "No candidate was built yet" in drawn("gates", empty)
    with pytest.raises(TownsquareError, match="There is no release '../../etc'"):
        reading.find(Home(tmp_path), "../../etc")


def test_the_button_is_there_for_whoever_may_press_it(world: Home) -> None:
    kept = [
        {"release_id": "2025-06-29.1", "as_of": "2025-06-29", "published_at": "", "rows": 1,
         "is_current": False},
    ]  # fmt: skip
    facts = import_module("control_room.pages.releases").facts(Asked(world, {}, True))
    page = drawing.draw("releases", "once", {**facts, "releases": kept})
    assert 'value="2025-06-29.1"' in page
    facts = import_module("control_room.pages.releases").facts(Asked(world, {}, False))
    assert "<form" not in drawing.draw("releases", "once", {**facts, "releases": kept})


def test_a_release_keeps_dbts_pages_in_one_file_that_names_no_path(world: Home) -> None:
    page = (world.current / "dbt_docs" / "index.html").read_text()
    assert "MANIFEST.JSON INLINE DATA" not in page and "CATALOG.JSON INLINE DATA" not in page
    assert "model.townsquare.daily_metrics" in page
    assert str(world.root) not in page
    assert release.verify(world)[1] == []


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose one candidate was built by a run of Airflow and refused by a gate."""
    home = Home(tmp_path)
    candidate = home.candidates / "2025-07-01.1"
    candidate.mkdir(parents=True)
    found: dict[str, Any] = {
        "gate": "data",
        "relation": "user_days",
        "expectation": "volume",
        "column": None,
    }
    found |= {"severity": "critical", "success": False, "observed": "3", "expected": "100"}
    failed = Check(**found, message="user_days has 3 rows; 100 are expected.")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_RUN_ID", "manual__1")
    release_history.note(home, "built", candidate.name)
    release.reject(home, candidate, [failed])
    return home


def test_the_page_of_a_red_run_says_why_it_was_refused_and_the_way_out(refused: Home) -> None:
    page = drawn("gates", Asked(refused, {"run_id": "manual__1"}))
    assert "It was not published." in page
    assert "user_days has 3 rows; 100 are expected." in page
    assert "townsquare skip-gate data.user_days.volume --reason" in page
    assert "1 of 1 check does not hold." in page
    newest = drawn("gates", Asked(refused))
    assert "Gates of 2025-07-01.1" in newest and "It was not published." in newest
    assert "Other candidates" not in newest  # it is the only one
    elsewhere = drawn("gates", Asked(refused, {"release_id": "2024-01-01.1"}))
    assert '<span class="bad">refused</span>' in elsewhere
    told = drawn("releases", Asked(refused))
    assert "1 critical failure<" in " ".join(told.split()).replace(" <", "<")


def test_what_happened_to_a_release_is_told_in_words(refused: Home) -> None:
    more = {"reason": "the newest is wrong", "instead_of": "2025-07-02.1", "asked_by": "anna"}
    release_history.note(refused, "rolled_back", "2025-07-01.1", **more)
    page = drawn("releases", Asked(refused))
    assert "<td>rolled back</td><td>2025-07-01.1</td><td>anna</td>" in page
    assert "the newest is wrong; instead of 2025-07-02.1" in page


def test_a_change_between_two_releases_is_told_in_the_figures_unit() -> None:
    page = import_module("control_room.pages.current_release")
    minus, space = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
    share = page._metric("stickiness", 0.073, 0.1112)
    assert (share["before"], share["change"]) == (f"11{space}%", f"{minus}3.8 points")
    assert page._metric("dau", 1063, 95)["change"] == "+968"
    assert page._metric("dau", 1063, None)["change"] == ""


def test_figures_keep_their_digits_and_times_end_with_the_minute() -> None:
    assert [drawing.cell(value) for value in (0.89, 0.0942, 0.0, 1.25)] == [
        "0.890", "0.0942", "0.0", "1.2",
    ]  # fmt: skip
    assert drawing.minute("2026-11-25T03:36:22") == "2026-11-25 03:36"


def test_the_page_that_opens_first_is_first_in_every_menu(world: Home) -> None:
    assert names()[0] == FIRST and names()[1:] == sorted(names()[1:])
    menu = drawn("freshness", Asked(world)).split("</nav>")[0]
    assert menu.index(">Current release<") < menu.index(">Build times<") < menu.index(">Models<")


def test_a_run_that_built_no_candidate_is_told_so(refused: Home) -> None:
    page = drawn("gates", Asked(refused, {"run_id": "manual__2"}))
    assert "has built no candidate" in page
    gone = import_module("control_room.pages.gates").facts(
        Asked(refused, {"release_id": "2024-01-01.1"})
    )
    assert gone["release"] is None
