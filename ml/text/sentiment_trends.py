"""The learner of sentiment_trends: daily mood by topic and segment, the mix of authors held fixed.

The last `texts.trend_days` days are told anew in each run, so a run costs one window however long
the history is, and late contents move every day that they bear on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.learners import NotAvailableError, Run
from ml.text.change_points import Change, changes
from ml.text.standardising import Levels, levels
from ml.text.tokens import Bools, Floats, Ints

MIN_CONTENTS = 200
NEWCOMER_DAYS = 28
NOBODY = "(unknown)"
EVERYTHING = "(all)"
_SCHEMA = pa.schema(
    [
        ("topic_id", pa.string()),
        ("segment_kind", pa.string()),
        ("segment", pa.string()),
        ("published_date", pa.date32()),
        ("n_contents", pa.int64()),
        ("n_authors", pa.int64()),
        ("raw_score", pa.float64()),
        ("adjusted_score", pa.float64()),
        ("adjusted_low", pa.float64()),
        ("adjusted_high", pa.float64()),
        ("composition_effect", pa.float64()),
        ("level", pa.float64()),
        ("is_change", pa.bool_()),
        ("change", pa.float64()),
        ("change_strength", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Spoken:
    """Judged contents of the window; all arrays have one element per content."""

    scores: Floats
    days: Ints  # from the window's first
    authors: Ints
    countries: Ints
    country_names: list[str]
    is_newcomer: Bools
    topics: list[str | None]


def learn(run: Run) -> dict[str, Any]:
    """Every series with enough contents, and the days on which its level changed."""
    first = run.as_of - timedelta(days=run.network.texts.trend_days)
    spoken = _spoken(run, first)
    if not len(spoken.scores):
        raise NotAvailableError(f"no content since {first} has words that could be judged")
    alarms = run.network.texts.trend_false_alarms
    n_days = (run.as_of - first).days
    parts = [
        tabled(topic, kind, segment, *_series(spoken, chosen, n_days, alarms), first)
        for topic, kind, segment, chosen in _cuts(spoken)
    ]
    rows = pa.concat_tables(parts) if parts else _SCHEMA.empty_table()
    run.write("sentiment_trends", rows)
    return {"series": len(parts), "rows": len(rows), "changes": pc.sum(rows["is_change"]).as_py()}


def _series(
    spoken: Spoken, chosen: Bools, n_days: int, false_alarms: float
) -> tuple[Levels, list[Change]]:
    found = levels(
        spoken.scores[chosen],
        spoken.days[chosen],
        np.unique(spoken.authors[chosen], return_inverse=True)[1],
        spoken.countries[chosen],
        n_days,
    )
    return found, changes(found.adjusted, found.variance, false_alarms)


def _spoken(run: Run, first: date) -> Spoken:
    since = pc.field("published_date") >= pa.scalar(first)
    mood = run.read_relation("content_sentiment", ["content_id", "text_score"], since)
    mood = mood.filter(mood["text_score"].is_valid())
    columns = ["content_id", "author_id", "event_date"]
    contents = run.read("input_contents", columns)
    starts = contents.group_by("author_id").aggregate([("event_date", "min")])
    joined = (
        contents.filter(pc.field("event_date") >= pa.scalar(first))
        .join(mood, "content_id", join_type="inner")
        .join(starts, "author_id")
        .join(_topics(run, since), "content_id")
        .join(run.read("input_authors"), "author_id", "user_id")
        .sort_by([("event_date", "ascending"), ("content_id", "ascending")])
    )
    days = _days(joined["event_date"]) - np.datetime64(first, "D").astype(np.int64)
    begun = _days(pc.coalesce(joined["event_date_min"], joined["event_date"]))
    countries = pc.fill_null(joined["country"], NOBODY).combine_chunks().dictionary_encode()
    authors = _codes(joined["author_id"])
    return Spoken(
        scores=joined["text_score"].to_numpy().astype(np.float64),
        days=days,
        authors=authors,
        countries=_first_of(authors, countries.indices.to_numpy().astype(np.int64)),
        country_names=countries.dictionary.to_pylist(),
        is_newcomer=_days(joined["event_date"]) - begun < NEWCOMER_DAYS,
        topics=joined["topic_id"].to_pylist(),
    )


def _topics(run: Run, since: Any) -> pa.Table:
    """The likeliest topic of each content."""
    ranked = run.read_relation("content_topics", ["content_id", "topic_id", "rank"], since)
    return ranked.filter(pc.equal(ranked["rank"], 1)).select(["content_id", "topic_id"])


def _days(column: pa.ChunkedArray) -> Ints:
    days: Ints = pc.cast(column, pa.int32()).to_numpy().astype(np.int64)
    return days


def _codes(column: pa.ChunkedArray) -> Ints:
    """A number per author; contents without one have one author each."""
    coded = column.combine_chunks().dictionary_encode()
    known = coded.indices.is_valid().to_numpy(zero_copy_only=False)
    codes = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    codes[~known] = len(coded.dictionary) + np.arange(int((~known).sum()))
    return np.asarray(codes, dtype=np.int64)


def _first_of(authors: Ints, groups: Ints) -> Ints:
    """One group per author."""
    _, place, which = np.unique(authors, return_index=True, return_inverse=True)
    group: Ints = groups[place][which]
    return group


def _cuts(spoken: Spoken) -> Iterator[tuple[str, str, str, Bools]]:
    """Topic, kind of segment, segment and its contents, wherever there are enough of them."""
    everybody = np.ones(len(spoken.scores), dtype=bool)
    topics = np.array([topic or "" for topic in spoken.topics], dtype=object)
    subjects = [(EVERYTHING, everybody)]
    subjects += [(topic, topics == topic) for topic in sorted(set(topics) - {""})]
    segments = [(EVERYTHING, EVERYTHING, everybody)]
    segments += [
        ("country", name, spoken.countries == code)
        for code, name in sorted(enumerate(spoken.country_names), key=lambda pair: pair[1])
        if name != NOBODY
    ]
    segments += [
        ("tenure", "newcomer", spoken.is_newcomer),
        ("tenure", "regular", ~spoken.is_newcomer),
    ]
    for topic, about in subjects:
        for kind, segment, among in segments:
            chosen = about & among
            if chosen.sum() >= MIN_CONTENTS:
                yield topic, kind, segment, chosen


def tabled(
    topic: str, kind: str, segment: str, found: Levels, changed: list[Change], first: date
) -> pa.Table:
    """One row per day on which somebody spoke; a change stands on the first of its level's days."""
    spoke = np.flatnonzero(found.n > 0)
    changed_by = {change.position: change for change in changed}
    at = [changed_by.get(day) for day in spoke.tolist()]
    n = len(spoke)
    width = found.half_width[spoke]
    adjusted = found.adjusted[spoke]
    return pa.table(
        {
            "topic_id": pa.array([topic] * n, pa.string()),
            "segment_kind": pa.array([kind] * n, pa.string()),
            "segment": pa.array([segment] * n, pa.string()),
            "published_date": pa.array(np.datetime64(first, "D") + spoke, pa.date32()),
            "n_contents": pa.array(found.n[spoke], pa.int64()),
            "n_authors": pa.array(found.n_authors[spoke], pa.int64()),
            "raw_score": pa.array(found.raw[spoke]),
            "adjusted_score": pa.array(adjusted),
            "adjusted_low": pa.array(adjusted - width),
            "adjusted_high": pa.array(adjusted + width),
            "composition_effect": pa.array(found.composition[spoke]),
            "level": pa.array(_level(found, changed)[spoke]),
            "is_change": pa.array([change is not None for change in at], pa.bool_()),
            "change": pa.array([change.change if change else None for change in at], pa.float64()),
            "change_strength": pa.array(
                [change.strength if change else None for change in at], pa.float64()
            ),
        },
        schema=_SCHEMA,
    )


def _level(found: Levels, changed: list[Change]) -> Floats:
    """The mean between changes, a day weighing as much as is known of it."""
    level = np.full(len(found.n), np.nan)
    weight = np.where(found.n > 0, 1.0 / np.maximum(found.variance, 1e-12), 0.0)
    edges = [0, *(change.position for change in changed), len(found.n)]
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        mass = weight[start:end].sum()
        if mass > 0:
            level[start:end] = (
                weight[start:end] * np.nan_to_num(found.adjusted[start:end])
            ).sum() / mass
    return level
