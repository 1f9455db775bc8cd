"""An event that a correction moves to another UTC day counts on that day alone, however built."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from marts_world import run_dbt

from townsquare import ingest
from townsquare.settings import Home

LAYERS = ("path:models/staging", "path:models/intermediate")
FIRST, LAST = date(2025, 1, 10), date(2025, 1, 11)
Row = tuple[str, str, str, str]


def tell(home: Home, name: str, *rows: Row) -> None:
    """Import likes of ann's content: id, who, when, and when it was told."""
    folder = home.root.parent / f"{home.root.name}-{name}"
    folder.mkdir(parents=True)
    names = ("interaction_id", "actor_id", "occurred_at", "loaded_at")
    likes = [
        {**dict(zip(names, row, strict=True)), "verb": "like", "content_id": "c1"} for row in rows
    ]
    contents = [
        {"content_id": "c1", "author_id": "ann", "kind": "post"}
        | {"published_at": "2025-01-02T10:00:00", "loaded_at": "2025-01-03T00:00:00"}
    ]
    for table, told in (("interactions", likes), ("contents", contents)):
        text = "".join(json.dumps(row) + "\n" for row in told)
        (folder / f"{table}.jsonl").write_text(text, encoding="utf-8")
    ingest.import_source(home, "files", folder)


def test_the_day_that_an_event_left_is_built_anew_and_counts_it_no_more(
    tmp_path: Path, rows: Callable[[Home, str], list[tuple]], differences: Callable[..., dict]
) -> None:
    # given: a like of the 5th that turns out, on the 10th, to have been of the 7th; one of the 6th
    # that was called one of the 8th for an hour; one of the 8th that was of the 3rd
    early = [
        ("i1", "bob", "2025-01-05T10:00:00", "2025-01-06T00:00:00"),
        ("i2", "cat", "2025-01-05T11:00:00", "2025-01-06T00:00:00"),
        ("i3", "dan", "2025-01-06T10:00:00", "2025-01-07T00:00:00"),
        ("i4", "eve", "2025-01-08T10:00:00", "2025-01-09T00:00:00"),
    ]
    late = [
        ("i1", "bob", "2025-01-07T23:00:00", "2025-01-11T00:00:00"),
        ("i3", "dan", "2025-01-08T10:00:00", "2025-01-11T00:00:00"),
        ("i3", "dan", "2025-01-06T10:00:00", "2025-01-11T01:00:00"),
        ("i4", "eve", "2025-01-03T10:00:00", "2025-01-11T00:00:00"),
    ]
    grown, whole = Home(tmp_path / "grown"), Home(tmp_path / "whole")
    tell(grown, "early", *early)
    run_dbt(grown, FIRST, "run", "--full-refresh", "--select", *LAYERS)
    count = "select user_id, activity_date, n_likes_given from intermediate.int_user_days_known"
    assert ("bob", date(2025, 1, 5), 1) in rows(grown, count)
    # when: the next day is built
    built = max(account.sequence for account in ingest.read_accounts(grown))
    tell(grown, "late", *late)
    news = {one.event_date: one.loaded_at for one in ingest.read_news(grown, built)}
    run_dbt(grown, LAST, "run", "--select", *LAYERS, rebuild={**news, FIRST: None})
    # then: it is what a build of everything gives, and each like counts once
    tell(whole, "all", *early, *late)
    run_dbt(whole, LAST, "run", "--full-refresh", "--select", *LAYERS)
    days = {"bob": 7, "cat": 5, "dan": 6, "eve": 3}
    counted = {row for row in rows(grown, count) if row[0] in days}
    assert counted == {(user, date(2025, 1, day), 1) for user, day in days.items()}
    query = "select schema_name, table_name from duckdb_tables()"
    tables = [
        f"{schema}.{table}"
        for schema, table in rows(whole, query)
        if table not in ("int_rebuild_dates", "int_as_of_dates")  # of the run, not of the data
    ]
    assert {"intermediate.int_user_days", "intermediate.int_content_days"} <= set(tables)
    assert differences(grown, whole, tables) == {}
    # and: what was known as of the 10th is still known of it
    known = """
        select sum(n_likes_given) from intermediate.int_user_days
        where user_id = 'bob' and activity_date = '2025-01-05' and known_date < '2025-01-10'
    """
    assert rows(grown, known) == [(1,)]
