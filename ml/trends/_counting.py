"""Counts who wrote about what: distinct voices per term and day or hour, rings having none.

As one voice, a ring of linked accounts still tips a term that two others used over the least number
of voices, and with it into the ranks. What linked accounts say is no sign that others care.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from ml.trends._linked import find_rings

Floats = npt.NDArray[np.float64]

FEWEST_KEYWORD_VOICES = 10
WORD = r"\p{L}[\p{L}\p{N}]{3,}"
COMMONEST_KEYWORD_SHARE = 0.05  # of texts: beyond it a word is grammar, not a subject
FEWEST_DAYS = 28  # of what is counted, before anything is judged; they tell what is grammar
MOST_KEYWORDS = 5000


@dataclass(frozen=True)
class Counts:
    """Rows are periods in order, columns terms; `voices` are accounts outside of rings.

    `known` is false where a word was no keyword yet, or has become a tag since.
    """

    terms: pd.DataFrame  # kind, term: one row per column
    starts: pd.DatetimeIndex
    voices: Floats
    accounts: Floats
    exposure: Floats
    known: npt.NDArray[np.bool_]


def tell_voices(endorsements: pa.Table, accounts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Each account's voice: its own id, or the same name for all of a ring.

    `endorsements` has giver_id, receiver_id and n, summed here.
    """
    pairs = endorsements.to_pandas().groupby(["giver_id", "receiver_id"], as_index=False)["n"].sum()
    known = pd.Index(pd.unique(pd.concat([accounts, pairs["giver_id"], pairs["receiver_id"]])))
    known = known.sort_values()
    ring = find_rings(
        known.get_indexer(pairs["giver_id"]),
        known.get_indexer(pairs["receiver_id"]),
        pairs["n"].to_numpy(dtype=np.int64),
        len(known),
    )
    names = np.where(ring >= 0, [f"ring {number}" for number in ring], known)
    return pd.Series(names, index=known)


def mention(
    contents: pa.Table,
    roots: pa.Table,
    voices: "pd.Series[Any]",
    topics: pa.Table | None = None,
) -> Any:
    """A DuckDB connection with `mentions`: kind, term, voice, account and hour of every mention.

    A comment is about what its root is tagged with. `roots` has content_id and tags, `topics`
    content_id and topic_id. `keywords` tells from when until when a word is one.
    """
    database = duckdb.connect()
    database.execute("set threads = 2")
    voice = pa.table({"account": voices.index.to_numpy(str), "voice": voices.to_numpy(str)})
    for name, table in (("contents", contents), ("roots", roots), ("voice_of", voice)):
        database.register(name, table)
    database.execute("""
        create table said as
        select contents.content_id, author_id as account, voice,
            date_trunc('hour', published_at) as hour,
            coalesce(nullif(contents.tags, []), roots.tags) as tags,
            coalesce(len(contents.tags) > 0, false) as is_start,
            contents.content_id = contents.root_id as is_root,
            regexp_replace(lower(concat_ws(' ', title, body)), '<[^>]*>|https?://\\S+', ' ', 'g')
                as words
        from contents
        inner join voice_of on author_id = account
        left join roots on roots.content_id = contents.root_id
    """)
    database.execute("""
        create table mentions as
        select distinct 'tag' as kind, lower(unnest(tags)) as term, voice, account, hour,
            is_start from said
    """)
    if topics is not None:
        database.register("topics", topics)
        database.execute("""
            insert into mentions
            select distinct 'topic', topic_id, voice, account, hour, is_root
            from said inner join topics using (content_id)
        """)
    _mention_keywords(database)
    return database


def _mention_keywords(database: Any) -> None:
    """
    A word is a keyword from the hour in which its tenth voice says it, until it becomes a tag.

    So whether it is judged on a day rests on that day and those before. What is grammar is told by
    the first days, which are not judged, and of English by a list, as a site of short titles says
    too little in those days; of too many keywords those are kept that came first.
    """
    stop_words = pa.table({"term": sorted(ENGLISH_STOP_WORDS)})
    database.register("stop_words", stop_words)
    database.execute(f"""
        create temp table words as
        select content_id, voice, account, hour,
            unnest(list_distinct(regexp_extract_all(words, '{WORD}'))) as term
        from said
    """)
    database.execute(f"""
        create table keywords as
        with learned as (
            select min(hour) + interval '{FEWEST_DAYS}' day as hour from said),
        early as (select words.* from words, learned where words.hour < learned.hour),
        grammar as (
            select term from early group by term
            having count(*) > {COMMONEST_KEYWORD_SHARE}
                * (select count(distinct content_id) from early)
            union select term from stop_words),
        first_said as (
            select term, voice, min(hour) as hour from words where account = voice
            group by term, voice),
        reached as (
            select term, hour from first_said
            qualify row_number() over (partition by term order by hour, voice)
                = {FEWEST_KEYWORD_VOICES}),
        tagged as (select term, min(hour) as hour from mentions where kind = 'tag' group by term)
        select reached.term, greatest(reached.hour, learned.hour) as since, tagged.hour as until
        from reached
        cross join learned
        left join tagged using (term)
        where term not in (select term from grammar)
            and (tagged.hour is null or tagged.hour > greatest(reached.hour, learned.hour))
        order by since, term limit {MOST_KEYWORDS}
    """)
    database.execute("""
        insert into mentions
        select distinct 'keyword', term, voice, account, hour, true
        from words inner join keywords using (term)
    """)


def count(database: Any, unit: str, first: date, until: date, fewest: int = 1) -> Counts:
    """Count `mentions` by day or hour from `first` to the last before `until`.

    Terms with fewer than `fewest` mentions are left out.
    """
    step = timedelta(days=1) if unit == "day" else timedelta(hours=1)
    starts = pd.date_range(first, until, freq=step, inclusive="left")
    period = f"date_trunc('{unit}', hour)"
    where = "hour >= $first and hour < $until"
    limits = {"first": first, "until": until}
    cells = database.execute(
        f"""
        select kind, term, {period} as start,
            count(distinct account) filter (is_start and account = voice) as voices,
            count(distinct account) as accounts
        from mentions where {where} group by kind, term, start
        qualify sum(count(distinct account)) over (partition by kind, term) >= $fewest
        order by kind, term, start""",
        {**limits, "fewest": fewest},
    ).df()
    there = database.execute(
        f"""
        select {period} as start, count(distinct voice) as n
        from said where {where} group by start""",
        limits,
    ).df()
    keys = pd.MultiIndex.from_frame(cells[["kind", "term"]])
    terms = keys.unique()
    row, column = starts.get_indexer(cells["start"]), terms.get_indexer(keys)
    exposure = np.zeros(len(starts))
    exposure[starts.get_indexer(there["start"])] = there["n"]
    grids = [np.zeros((len(starts), len(terms))) for _ in range(2)]
    for grid, name in zip(grids, ("voices", "accounts"), strict=True):
        grid[row, column] = cells[name]
    table = terms.to_frame(index=False)
    known = _known(database, table, starts, step)
    return Counts(table, starts, grids[0], grids[1], exposure, known)


def _known(
    database: Any, terms: pd.DataFrame, starts: pd.DatetimeIndex, step: timedelta
) -> npt.NDArray[np.bool_]:
    """Whether a term was one in each period: tags and topics always, words as `keywords` tells."""
    keywords = database.execute("select term, since, until from keywords").df().set_index("term")
    told = keywords.reindex(terms["term"].where(terms["kind"] == "keyword"))
    begins = starts.to_numpy()[:, None]
    # What is not told of a term is no time, and no comparison with it holds.
    too_early = begins + np.timedelta64(step) <= told["since"].to_numpy()
    known: npt.NDArray[np.bool_] = ~too_early & ~(begins >= told["until"].to_numpy())
    return known
