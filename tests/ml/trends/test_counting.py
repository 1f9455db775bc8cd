"""Who counts: those who begin something; a ring has no voice; a lively thread is no trend."""

from datetime import date, datetime

import pandas as pd
import pyarrow as pa

from ml.trends._counting import count, mention, tell_voices
from ml.trends.trends import count_days, tell

FIRST, UNTIL = date(2025, 1, 1), date(2025, 3, 2)
RING = [f"r{n}" for n in range(20)]


def _said(rows: list[tuple[str, str, datetime, list[str], str]]) -> pa.Table:
    """Author, root (its own id where empty), time, tags, text."""
    ids = [f"c{n}" for n in range(len(rows))]
    return pa.table(
        {
            "content_id": ids,
            "author_id": [row[0] for row in rows],
            "root_id": [row[1] or own for row, own in zip(rows, ids, strict=True)],
            "title": pa.array([None] * len(rows), pa.string()),
            "body": [row[4] for row in rows],
            "tags": pa.array([row[3] for row in rows], pa.list_(pa.string())),
            "published_at": pa.array([row[2] for row in rows], pa.timestamp("us")),
        }
    )


def _endorsements() -> pa.Table:
    pairs = [(a, b) for a in RING for b in RING if a != b]
    columns = {"giver_id": [a for a, _ in pairs], "receiver_id": [b for _, b in pairs]}
    return pa.table({**columns, "n": [3] * len(pairs)})


def _everyday() -> list[tuple[str, str, datetime, list[str], str]]:
    rows = []
    for day in range(60):
        at = datetime(2025, 1, 1, 12) + pd.Timedelta(days=day)
        rows += [(f"u{n}", "", at, [f"tag{n % 10}"], "<b>bread</b>") for n in range(40)]
    return rows


def test_twenty_linked_accounts_push_no_tag_into_the_ranks_and_forty_free_ones_do() -> None:
    at = datetime(2025, 2, 27, 9)
    rows = _everyday()
    rows += [(account, "", at, ["pushed"], "") for account in RING]
    rows += [(f"u{n}", "", at, ["pushed"], "") for n in range(2)]
    rows += [(f"u{n}", "", at, ["risen"], "") for n in range(20)]
    contents = _said(rows)
    voices = tell_voices(_endorsements(), contents["author_id"].to_pandas())
    with mention(contents, contents.select(["content_id", "tags"]), voices) as database:
        told = tell(*count_days(database, FIRST, UNTIL), "day", 90)
    day = told[told["period_start_at"] == "2025-02-27"]
    assert "pushed" not in set(told["term"])
    risen = day[day["term"] == "risen"].iloc[0]
    assert (risen["rank"], risen["is_trending"], risen["n_voices"]) == (1, True, 20)
    assert set(told.loc[told["is_trending"], "term"]) == {"risen"}


def test_answers_count_as_accounts_of_the_roots_tag_but_not_as_voices() -> None:
    at = datetime(2025, 1, 3, 9)
    rows = [("asker", "", at, ["tea"], "")]
    rows += [(f"u{n}", "c0", at, [], "") for n in range(5)]
    contents = _said(rows)
    voices = tell_voices(_endorsements().slice(0, 0), contents["author_id"].to_pandas())
    with mention(contents, contents.select(["content_id", "tags"]), voices) as database:
        days = count(database, "day", FIRST, UNTIL)
    assert days.terms["term"].tolist() == ["tea"]
    assert (days.voices[2, 0], days.accounts[2, 0]) == (1, 6)


def test_a_topic_is_begun_by_roots_and_counts_whoever_answers() -> None:
    at = datetime(2025, 1, 3, 9)
    rows = [("asker", "", at, ["tea"], ""), ("other", "", at, [], "")]
    rows += [(f"u{n}", "c0", at, [], "") for n in range(5)]
    contents = _said(rows)
    about = pa.table({"content_id": ["c0", "c1", "c2", "c3"], "topic_id": ["drinks"] * 4})
    voices = tell_voices(_endorsements().slice(0, 0), contents["author_id"].to_pandas())
    roots = contents.select(["content_id", "tags"])
    with mention(contents, roots, voices, about) as database:
        days = count(database, "day", FIRST, UNTIL)
    place = days.terms.index[days.terms["kind"] == "topic"]
    assert days.terms.loc[place, "term"].tolist() == ["drinks"]
    assert (days.voices[2, place[0]], days.accounts[2, place[0]]) == (2, 4)


def test_a_word_is_judged_from_its_tenth_voice_until_it_is_a_tag_whatever_comes_later() -> None:
    rows = _everyday()
    for day, voices in ((40, range(9)), (45, range(5, 12)), (50, range(20))):
        at = datetime(2025, 1, 1, 12) + pd.Timedelta(days=day)
        rows += [(f"u{n}", "", at, [], "glaciers") for n in voices]
    tagged = (*rows, ("u1", "", datetime(2025, 2, 25, 9), ["glaciers"], ""))
    known = {}
    for name, said in (("whole", rows), ("cut", rows[:-20]), ("tagged", list(tagged))):
        contents = _said(said)
        voices = tell_voices(_endorsements(), contents["author_id"].to_pandas())
        with mention(contents, contents.select(["content_id", "tags"]), voices) as database:
            days = count(database, "day", FIRST, UNTIL)
        at = days.terms.index[
            (days.terms["kind"] == "keyword") & (days.terms["term"] == "glaciers")
        ]
        known[name] = days.known[:, at[0]]
    assert known["whole"].tolist() == [day >= 45 for day in range(60)]
    # What is said later changes nothing of what was judged before.
    assert known["cut"].tolist() == known["whole"].tolist()
    assert known["tagged"].tolist() == [45 <= day <= 55 for day in range(60)]


def test_tags_words_that_are_everywhere_grammar_and_markup_are_no_keywords() -> None:
    rows = _everyday()
    at = datetime(2025, 2, 1, 9)
    rows += [
        (f"u{n}", "", at, [], "<div>about their Glaciers https://melt.example</div>")
        for n in range(30)
    ]
    contents = _said(rows)
    voices = tell_voices(_endorsements(), contents["author_id"].to_pandas())
    with mention(contents, contents.select(["content_id", "tags"]), voices) as database:
        words = database.sql("select distinct term from mentions where kind = 'keyword'").fetchall()
    assert words == [("glaciers",)]
