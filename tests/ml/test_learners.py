import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from limits import files_no_larger_than

from ml import learners, ledger
from ml.learners import Days
from townsquare import learned
from townsquare.errors import TownsquareError
from townsquare.settings import Home

AS_OF = date(2025, 3, 3)
SHAPE = pa.schema(
    [("content_id", pa.string()), ("mood", pa.float64()), ("published_date", pa.date32())]
)
DECLARED: dict[str, Any] = {
    "question": "In what mood?",
    "owner": "content",
    "reads": ["input_words"],
    "writes": {"moods": {"key": ["content_id"], "by_day": "published_date"}},
}
CODE = """
import pyarrow.compute as pc

def learn(run):
    words = run.read("input_words")
    if not run.full:
        words = words.filter(pc.field("event_date").isin(list(run.dates)))
    mood = pc.cast(pc.utf8_length(words["body"]), "double")
    made = {"content_id": words["content_id"], "mood": mood, "published_date": words["event_date"]}
    import pyarrow as pa
    run.write("moods", pa.table(made))
    return {"rows": len(words)}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(learned, "schemas", lambda: {"moods": SHAPE})
    made = Home(tmp_path / "var")
    for folder in (made.inputs, made.warehouse.parent):
        folder.mkdir(parents=True)
    return made


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a learner of this name; its package is found as ml's own are."""

    def write(name: str = "moody", code: str = CODE, **changes: Any) -> Path:
        folder = tmp_path / "learners" / "texts_of_test"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yml").write_text(yaml.safe_dump({**DECLARED, **changes}))
        (folder / f"{name}.py").write_text(code)
        import ml

        monkeypatch.setattr(ml, "__path__", [*ml.__path__, str(folder.parent)])
        return folder.parent

    return write


def hand_over(home: Home, words: dict[str, tuple[str, date]], dates: list[date] | None) -> None:
    """What dbt leaves behind: the days that changed, and which they are."""
    table = pa.table(
        {
            "content_id": pa.array(list(words), pa.string()),
            "body": pa.array([text for text, _ in words.values()], pa.string()),
            "event_date": pa.array([day for _, day in words.values()], pa.date32()),
        }
    )
    pq.write_table(table, home.inputs / "input_words.parquet")
    again = pa.table({"rebuilt_date": pa.array(dates or [], pa.date32())})
    pq.write_table(again, home.inputs / "input_rebuild_dates.parquet")
    (home.warehouse.parent / "plan.json").write_text(json.dumps({"full": dates is None}))


def moods(home: Home) -> dict[str, float]:
    rows = Days(home.learned / "moods", "published_date", ("content_id",)).read().to_pylist()
    return {row["content_id"]: row["mood"] for row in rows}


FEBRUARY, MARCH, LATER = date(2025, 2, 27), date(2025, 3, 1), date(2025, 3, 2)


def test_one_more_day_does_that_day_alone_and_the_rest_stays(
    home: Home, declare: Callable[..., Path]
) -> None:
    found = learners.load_all(declare())
    hand_over(home, {"a": ("one", FEBRUARY), "b": ("three", MARCH)}, None)
    assert learners.enrich(home, str(AS_OF), found)["moody"]["rows"] == 2
    untouched = (home.learned / "moods" / "2025-02.parquet").stat().st_mtime_ns
    hand_over(home, {"c": ("seven77", LATER)}, [LATER])
    assert learners.enrich(home, str(AS_OF), found)["moody"]["rows"] == 1
    assert moods(home) == {"a": 3.0, "b": 5.0, "c": 7.0}
    assert (home.learned / "moods" / "2025-02.parquet").stat().st_mtime_ns == untouched


def test_a_full_disk_stops_a_learner_and_with_room_the_run_goes_on_from_what_was_there(
    home: Home, declare: Callable[..., Path]
) -> None:
    found = learners.load_all(declare())
    hand_over(home, {"a": ("one", FEBRUARY)}, None)
    learners.enrich(home, str(AS_OF), found)
    many = {sha256(str(n).encode()).hexdigest(): ("seven77", MARCH) for n in range(2000)}
    hand_over(home, many, [MARCH])
    with (
        files_no_larger_than(20_000),
        pytest.raises(TownsquareError, match="is full .* make room"),
    ):
        learners.enrich(home, str(AS_OF), found)
    assert moods(home) == {"a": 3.0}
    learners.enrich(home, str(AS_OF), found)
    assert len(moods(home)) == 2001
    assert not list(home.root.rglob("*.partial"))


def test_a_day_done_again_loses_what_is_no_longer_there(
    home: Home, declare: Callable[..., Path]
) -> None:
    found = learners.load_all(declare())
    hand_over(home, {"a": ("one", FEBRUARY), "b": ("three", MARCH)}, None)
    learners.enrich(home, str(AS_OF), found)
    hand_over(home, {}, [FEBRUARY])
    learners.enrich(home, str(AS_OF), found)
    assert moods(home) == {"b": 5.0}
    hand_over(home, {"d": ("x", LATER)}, None)
    learners.enrich(home, str(AS_OF), found)
    assert moods(home) == {"d": 1.0}


def test_the_same_run_twice_leaves_the_same_bytes(home: Home, declare: Callable[..., Path]) -> None:
    found = learners.load_all(declare())
    hand_over(home, {"b": ("three", MARCH), "a": ("one", MARCH)}, None)
    learners.enrich(home, str(AS_OF), found)
    path = home.learned / "moods" / "2025-03.parquet"
    before = path.read_bytes()
    hand_over(home, {"a": ("one", MARCH), "b": ("three", MARCH)}, [MARCH])
    learners.enrich(home, str(AS_OF), found)
    assert path.read_bytes() == before


def test_a_learner_that_wants_a_table_leaves_its_relation_empty_and_says_why(
    home: Home, declare: Callable[..., Path]
) -> None:
    found = learners.load_all(declare(wants=["messages"]))
    hand_over(home, {"a": ("one", MARCH)}, None)
    told = learners.enrich(home, str(AS_OF), found)["moody"]
    assert told["reason"] == "for want of `messages`"
    assert moods(home) == {}
    told_of = ledger.capabilities(home, of="relations")
    assert told_of == {"moods": "not available: for want of `messages`"}
    assert ledger.capabilities(home) == {}  # a gate wants rows of latest_scores for what is here


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (CODE.replace('"mood": mood', '"colour": mood'), "differ in colour, mood"),
        (CODE.replace('words["content_id"]', 'pc.if_else(True, "a", "b")'), "repeated content_id"),
        (CODE.replace("input_words", "input_others"), "does not name"),
    ],
)
def test_what_a_learner_may_not_do_is_refused_in_a_sentence(
    home: Home, declare: Callable[..., Path], code: str, told: str
) -> None:
    if "repeated" in told:
        code = code.replace('pc.if_else(True, "a", "b")', '["same"] * len(words)')
    name = f"odd_{abs(hash(code))}"
    found = learners.load_all(declare(name, code))
    hand_over(home, {"a": ("one", MARCH), "b": ("two", MARCH)}, None)
    with pytest.raises(TownsquareError, match=told):
        learners.enrich(home, str(AS_OF), found)


def test_learners_run_after_those_they_read(declare: Callable[..., Path]) -> None:
    declare("zeal", writes={"zeals": {"key": ["id"]}})
    root = declare("after", reads=["zeals"], writes={"afters": {"key": ["id"]}})
    assert [one.name for one in learners.load_all(root)] == ["zeal", "after"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"shedule": "daily"}, "shedule"),
        ({"writes": {}}, "writes"),
        ({"reads": ["afters"], "writes": {"zeals": {"key": ["id"]}}}, "read each other"),
        ({"writes": {"afters": {"key": ["id"]}}}, "is written by"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(
    declare: Callable[..., Path], changes: dict[str, Any], told: str
) -> None:
    declare("after", reads=["zeals"], writes={"afters": {"key": ["id"]}})
    with pytest.raises(TownsquareError, match=told):
        learners.load_all(declare("zeal", **changes))


def test_every_learner_has_its_question_and_its_sources() -> None:
    shapes = learned.schemas()
    for learner in learners.load_all():
        for relation, declared in learner.writes.items():
            assert set(declared.key) <= set(shapes[relation].names), relation
            assert declared.by_day is None or declared.by_day in shapes[relation].names


def test_a_source_with_an_unknown_type_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    table = {"name": "odd", "columns": [{"name": "what", "data_type": "blob"}]}
    (folder / "_odd__sources.yml").write_text(
        yaml.safe_dump({"sources": [{"name": "learned", "tables": [table]}]})
    )
    with pytest.raises(TownsquareError, match=r"odd\.what has the data_type 'blob'"):
        learned.schemas(tmp_path)


def test_a_month_file_left_partial_is_not_read(tmp_path: Path) -> None:
    days = Days(tmp_path, "published_date", ("content_id",))
    days.replace(
        pa.table({"content_id": ["a"], "mood": [1.0], "published_date": [MARCH]}, schema=SHAPE),
        None,
    )
    (tmp_path / ".2025-03.parquet.7.partial").write_text("half")
    assert len(days.read()) == 1
