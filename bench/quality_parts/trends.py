"""Trends: Numenta's Twitter series beside peers, planted trends, a pushing ring, and forecasts."""

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from bench.quality_parts import Asked
from bench.quality_parts._numenta import numenta
from bench.quality_parts._simulated import CONTENTS, ENDORSEMENTS, simulated
from ml.trends._counting import Counts, mention, tell_voices
from ml.trends._expecting import expect
from ml.trends._forecasting import HORIZON_DAYS, forecast
from ml.trends.trends import FEWEST_DAYS, count_days, tell
from townsquare.simulate._world import vocabulary

Floats = npt.NDArray[np.float64]
Row = dict[str, str]


def planted(users: int, days: int, seed: int) -> list[Row]:
    """Precision of told episodes, recall of planted trends, ranks of pushed tags, coverage."""
    with simulated(users, days, seed) as (_, database):
        contents = database.sql(CONTENTS).to_arrow_table()
        pairs = database.sql(ENDORSEMENTS).to_arrow_table()
        first = contents["event_date"].to_pandas().min()
        until = first + timedelta(days=days)
        told, peer = {}, {}
        authors = contents["author_id"].to_pandas()
        alone = pd.Series(authors.unique(), index=authors.unique())
        for voices, into in ((tell_voices(pairs, authors), told), (alone, peer)):
            with mention(contents, contents.select(["content_id", "tags"]), voices) as mentions:
                counts, expected = count_days(mentions, first, until)
                into |= {"counts": counts, "rows": tell(counts, expected, "day", days)}
        network = f"simulator, {users:,} users, seed {seed}"
        return [
            *_found(database, told["rows"], first, days, network),
            *_pushed(database, told["rows"], f"{network}, rings left out"),
            _slipped(database, network),
            *_pushed(database, peer["rows"], f"{network}, every account a voice"),
            *_covered(told["counts"], network),
        ]


def _found(
    database: duckdb.DuckDBPyConnection, rows: pd.DataFrame, first: object, days: int, network: str
) -> list[Row]:
    tags = rows[rows["is_trending"] & (rows["kind"] == "tag")]
    episodes = tags.groupby(["term", "onset_at"])["period_start_at"].max().reset_index()
    learned = pd.Timestamp(str(first)) + pd.Timedelta(days=FEWEST_DAYS)
    end = pd.Timestamp(str(first)) + pd.Timedelta(days=days - 2)
    truth = database.sql("from truth_trends").df()
    topics: dict[str, set[str]] = {}
    for topic, words in vocabulary()["topics"].items():
        for word in words:
            topics.setdefault(word, set()).add(topic)
    late = pd.Timedelta(days=2)
    right = [
        bool(
            (
                truth["topic"].isin(topics.get(one.term, set()))
                & (truth["onset_date"] <= one.period_start_at)
                & (truth["last_date"] + late >= one.onset_at)
            ).any()
        )
        for one in episodes.itertuples()
    ]
    due = truth[(truth["onset_date"] >= learned) & (truth["onset_date"] < end)]
    hit = [
        bool(
            (
                (episodes["term"] == one.tag)
                & (episodes["onset_at"] <= one.last_date)
                & (episodes["period_start_at"] >= one.onset_date)
            ).any()
        )
        for one in due.itertuples()
    ]
    return [
        _share(f"planted trends, precision of {len(right)} told, {network}", right),
        _share(f"planted trends, recall of {len(hit)} planted, {network}", hit),
    ]


def _share(what: str, outcomes: list[bool]) -> Row:
    drawn = np.random.default_rng(0).choice(outcomes, (1000, len(outcomes))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = f"{np.mean(outcomes):.2f} ({low:.2f} to {high:.2f})"
    return {"what": what, "who": "Townsquare", "value": value}


def _pushed(database: duckdb.DuckDBPyConnection, rows: pd.DataFrame, network: str) -> list[Row]:
    database.register("told", rows[rows["kind"] == "tag"])
    days, rings = database.execute("""
        select count(*), count(distinct ring) from told inner join truth_ring_pushes
        on term = tag and period_start_at >= start_date and period_start_at < end_date
        where rank <= 10 and not exists (
            select 1 from truth_trends
            where (truth_trends.topic = truth_ring_pushes.topic or truth_trends.tag = term)
                and onset_date <= period_start_at and last_date + 2 >= period_start_at)
    """).fetchall()[0]
    value = f"{days} ring-days of {rings} rings"
    return [{"what": f"pushed tags in the top 10, {network}", "who": "Townsquare", "value": value}]


_ENDORSED = """
    select giver_id, receiver_id, day, count(*) as n from (
        select actor_id as giver_id, author_id as receiver_id, cast(occurred_at as date) as day
        from interactions inner join contents using (content_id)
        where verb in ('like', 'share', 'save')
        union all
        select reply.author_id, parent.author_id, cast(reply.published_at as date)
        from contents as reply inner join contents as parent
            on reply.reply_to_id = parent.content_id
        union all
        select actor_id, target_id, cast(occurred_at as date) from relations where verb = 'follow'
    ) where giver_id <> receiver_id group by all
"""
_PUSHING = """
    select ring, day, author_id from truth_ring_pushes
    inner join truth_users using (ring)
    inner join (
        select author_id, cast(published_at as date) as day, unnest(tags) as tag from contents
        where reply_to_id is null
    ) as said on user_id = author_id and said.tag = truth_ring_pushes.tag
    where day >= start_date and day < end_date group by all
"""


def _slipped(database: duckdb.DuckDBPyConnection, network: str) -> Row:
    """Accounts that push for their ring and are not found, as known at the end of each day."""
    database.execute(f"create or replace temp table endorsed as {_ENDORSED}")
    pushing = database.sql(_PUSHING).df()
    unseen = []
    for day, pushed in pushing.groupby("day"):
        known = database.execute(
            "select giver_id, receiver_id, n from endorsed where day <= $day and day > $day - 90",
            {"day": pd.Timestamp(str(day)).date()},
        ).df()
        known = pa.Table.from_pandas(known, preserve_index=False)
        voices = tell_voices(known, pushed["author_id"])
        alone = pushed["author_id"].map(voices) == pushed["author_id"]
        unseen += alone.groupby(pushed["ring"]).sum().tolist()
    what = f"pushing accounts not found by the end of the day, {network}"
    value = f"{sum(unseen)} of {len(pushing)}, at most {max(unseen)} of a ring and day"
    return {"what": what, "who": "Townsquare", "value": value}


def _covered(counts: Counts, network: str) -> list[Row]:
    """Every seventh day a forecast from what was known; judged on the week after."""
    season = counts.starts.day_of_week.to_numpy()
    held: list[bool] = []
    for origin in range(98, len(counts.voices) - HORIZON_DAYS + 1, HORIZON_DAYS):
        known = counts.voices[:origin]
        told = forecast(known, expect(known, counts.exposure[:origin], season[:origin], 1))
        if told is not None:
            came = counts.voices[origin : origin + HORIZON_DAYS].sum(axis=0)
            at = ~np.isnan(told.total)
            held += ((came >= told.lower) & (came <= told.upper))[at].tolist()
    what = f"80 % intervals that held, {len(held)} forecasts of a week, rolling origin, {network}"
    return [_share(what, held)]


def measure(asked: Asked) -> Iterator[Row]:
    """All rows of this part: what was measured, whose it is, its value."""
    yield from numenta(asked.data / "trends")
    for seed in (51, 52):
        yield from planted(20_000, 180, seed)
