"""An event that a correction moves to another day is told of on both, and found among years."""

import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from townsquare import ingest
from townsquare.ingest import MOVED, _keys, import_source, keys_folder
from townsquare.ingest._keys import Keys, joined, landed_elsewhere, read_keys, run_name, runs_of
from townsquare.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def tell(home: Home, name: str, *rows: tuple[str, str, str | None]) -> None:
    """Import one file of views: id, when it was, when it was told."""
    folder = home.root.parent / name
    folder.mkdir()
    told = [
        {"interaction_id": key, "actor_id": "ann", "verb": "view", "occurred_at": at}
        | ({} if loaded is None else {"loaded_at": loaded})
        for key, at, loaded in rows
    ]
    text = "".join(json.dumps(row) + "\n" for row in told)
    (folder / "interactions.jsonl").write_text(text, encoding="utf-8")
    import_source(home, "files", folder)


def landed(home: Home) -> list[tuple]:
    """Day folder, id, event time, whether the row is told of on another day."""
    with duckdb.connect() as connection:
        return connection.execute(f"""
            select event_date, interaction_id, occurred_at, ends_with(batch_id, '{MOVED}')
            from read_parquet('{home.landing}/interactions/*/0*.parquet',
                hive_partitioning = true, hive_types = {{'event_date': date}})
            order by all
        """).fetchall()


FIRST, SECOND = datetime(2025, 1, 5, 10), datetime(2025, 1, 7, 9)
BOTH = [
    (date(2025, 1, 5), "v1", FIRST, False),
    (date(2025, 1, 5), "v1", SECOND, True),
    (date(2025, 1, 7), "v1", FIRST, True),
    (date(2025, 1, 7), "v1", SECOND, False),
]


@pytest.mark.parametrize("is_late", [False, True])
def test_both_days_hold_both_versions_whichever_comes_first(home: Home, is_late: bool) -> None:
    first = ("v1", "2025-01-05T10:00:00", "2025-01-06T00:00:00")
    second = ("v1", "2025-01-07T09:00:00", "2025-01-08T00:00:00")
    for number, row in enumerate([second, first] if is_late else [first, second]):
        tell(home, f"export-{number}", row, (f"other-{number}", row[1], row[2]))
    assert [row for row in landed(home) if row[1] == "v1"] == BOTH
    assert {row[3] for row in landed(home) if row[1] != "v1"} == {False}
    assert ingest.verify(home)[1] == []


def test_both_days_of_one_file_hold_both_versions(home: Home) -> None:
    first = ("v1", "2025-01-05T10:00:00", "2025-01-06T00:00:00")
    tell(home, "export", first, ("v1", "2025-01-07T09:00:00", "2025-01-08T00:00:00"))
    assert landed(home) == BOTH
    (account,) = ingest.read_accounts(home)
    told = account.tables["interactions"]
    assert (told.read, told.landed, told.duplicate) == (2, 2, 0)
    assert told.event_dates == [date(2025, 1, 5), date(2025, 1, 7)]


def test_the_day_that_an_event_left_has_news_since_the_correction(home: Home) -> None:
    tell(home, "export-0", ("v1", "2025-01-05T10:00:00", "2025-01-06T00:00:00"))
    built = max(account.sequence for account in ingest.read_accounts(home))
    tell(home, "export-1", ("v1", "2025-01-07T09:00:00", "2025-01-08T00:00:00"))
    news = {one.event_date: one.loaded_at for one in ingest.read_news(home, built)}
    assert news[date(2025, 1, 5)] == datetime(2025, 1, 8)


def test_the_same_told_again_is_a_duplicate_and_copies_nothing(home: Home) -> None:
    rows = [
        ("v1", "2025-01-05T10:00:00", "2025-01-06T00:00:00"),
        ("v1", "2025-01-07T09:00:00", "2025-01-08T00:00:00"),
    ]
    for number, row in enumerate([*rows, *rows]):
        tell(home, f"export-{number}", row)
    assert landed(home) == BOTH


def test_a_move_that_is_told_with_the_time_of_the_first_telling_wins_all_the_same(
    home: Home,
) -> None:
    """A source that gives no new loaded_at still corrects: the landing time is taken."""
    tell(home, "export-0", ("v1", "2025-01-05T10:00:00", "2025-01-06T00:00:00"))
    tell(home, "export-1", ("v1", "2025-01-04T10:00:00", "2025-01-06T00:00:00"))
    with duckdb.connect() as connection:
        newest = connection.execute(f"""
            select arg_max(occurred_at, loaded_at), count(distinct loaded_at)
            from '{home.landing}/interactions/*/0*.parquet'
        """).fetchone()
    assert newest == (datetime(2025, 1, 4, 10), 2)


def test_runs_of_another_version_of_duckdb_are_let_go(home: Home) -> None:
    tell(home, "export-0", ("v1", "2025-01-05T10:00:00", "2025-01-06T00:00:00"))
    keys_folder(home).rename(keys_folder(home).with_name("duckdb-0.1"))
    tell(home, "export-1", ("v1", "2025-01-07T09:00:00", "2025-01-08T00:00:00"))
    assert landed(home) == BOTH
    assert [path.name for path in keys_folder(home).parent.iterdir()] == [keys_folder(home).name]


@pytest.mark.parametrize("lost", ["nothing", "a run", "everything"])
def test_a_move_is_noticed_whatever_is_left_of_the_runs(home: Home, lost: str) -> None:
    for day in range(1, 20):  # more runs than are kept
        at = f"2025-01-{day:02d}T10:00:00"
        tell(home, f"export-{day}", (f"v{day}", at, f"2025-01-{day + 1:02d}T00:00:00"))
    folder = keys_folder(home) / "interactions"
    assert len(runs_of(folder)) <= _keys._MANY + 1
    for path in runs_of(folder)[: {"nothing": 0, "a run": 1, "everything": 99}[lost]]:
        path.unlink()
    tell(home, "moved", ("v3", "2025-01-21T10:00:00", "2025-01-22T00:00:00"))
    assert (date(2025, 1, 3), "v3", datetime(2025, 1, 21, 10), True) in landed(home)


def test_runs_find_each_entry_of_a_hash_and_survive_merging(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    parts = [
        Keys(draw.integers(0, 500, 400).astype(np.uint64), draw.integers(0, 9, 400))
        for _ in range(_keys._MANY + 3)
    ]
    for number, part in enumerate(parts):
        part.ordered().write(tmp_path / run_name(number, number, 0))
    every = joined(parts)
    _keys._merge(tmp_path)
    assert len(runs_of(tmp_path)) == _keys._MANY + 3 - _keys._MERGED + 1
    kept = joined([read_keys(path) for path in runs_of(tmp_path)])
    assert sorted(zip(*kept_pairs(kept), strict=True)) == sorted(
        zip(*kept_pairs(every), strict=True)
    )
    chunk = Keys(np.array([7, 1000], np.uint64), np.array([3, 3]))
    found = landed_elsewhere(chunk, runs_of(tmp_path))
    days = {int(day) for day in every.days[every.hashes == 7]} | {3}
    assert {int(one) for one in found.hashes} == {7}
    assert sorted(found.days.tolist()) == sorted(days)


def kept_pairs(keys: Keys) -> tuple[list[int], list[int]]:
    return keys.hashes.tolist(), keys.days.tolist()
