"""Counts who wrote about what: distinct voices per term and day or hour, a ring being one voice."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ml.trends._linked import find_rings

Floats = npt.NDArray[np.float64]

FEWEST_KEYWORD_VOICES = 10
WORD = r"\p{L}[\p{L}\p{N}]{3,}"
COMMONEST_KEYWORD_SHARE = 0.05  # of texts: beyond it a word is grammar, not a subject
MOST_KEYWORDS = 3000


@dataclass(frozen=True)
class Counts:
    """Rows are periods in order, columns terms; `voices` are accounts with each ring as one."""

    terms: pd.DataFrame  # kind, term: one row per column
    starts: pd.DatetimeIndex
    voices: Floats
    accounts: Floats
    exposure: Floats


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


def mention(contents: pa.Table, roots: pa.Table, voices: "pd.Series[Any]") -> Any:
    """A DuckDB connection with `mentions`: kind, term, voice, account and hour of every mention.

    A comment is about what its root is tagged with. `roots` has content_id and tags.
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
    database.execute(f"""
        insert into mentions
        with words as (
            select content_id, voice, account, hour,
                unnest(list_distinct(regexp_extract_all(words, '{WORD}'))) as term
            from said),
        kept as (
            select term from words
            where term not in (select term from mentions)
            group by term
            having count(distinct voice) >= {FEWEST_KEYWORD_VOICES}
                and count(*) <= {COMMONEST_KEYWORD_SHARE}
                    * (select count(distinct content_id) from words)
            order by count(distinct voice) desc, term limit {MOST_KEYWORDS})
        select distinct 'keyword', term, voice, account, hour, true
        from words inner join kept using (term)
    """)
    return database


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
        select kind, term, {period} as start, count(distinct voice) filter (is_start) as voices,
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
    return Counts(terms.to_frame(index=False), starts, grids[0], grids[1], exposure)
