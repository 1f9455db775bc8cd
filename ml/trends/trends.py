"""Writes what is trending, hour by hour and day by day, and what each term is likely to do next."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ml.learners import NotAvailableError, Run
from ml.trends._counting import FEWEST_DAYS, Counts, count, mention, tell_voices
from ml.trends._endorsements import read_endorsements
from ml.trends._episodes import find_onsets, half_lives
from ml.trends._expecting import Expected, discovery_rates, expect
from ml.trends._forecasting import COVERAGE, HORIZON_DAYS, Forecasts, forecast
from ml.trends._surprise import surprise

Floats = npt.NDArray[np.float64]

FALSE_DISCOVERIES = 0.05
LEAST_VOICES, LEAST_LIFT = 3, 1.5
TOLD_DAYS, LEARNING_DAYS = 90, 60
TOLD_HOURS, LEARNING_HOURS = 7 * 24, 28 * 24
FEWEST_HOURLY_MENTIONS = 30
MOST_RANKED = 50
ROOT_DAYS = 365
LEAST_TOPIC_PROBABILITY = 0.5


def learn(run: Run) -> dict[str, Any]:
    """Everything told is counted anew from the last 150 days, so that a day costs the same."""
    first = run.as_of - timedelta(days=TOLD_DAYS + LEARNING_DAYS)
    since = pc.field("event_date")
    names = ["content_id", "author_id", "root_id", "title", "body", "tags", "published_at"]
    recent = pc.field("author_id").is_valid() & (since >= pa.scalar(first))
    contents = run.read("input_contents", [*names, "event_date"], recent)
    if not len(contents):
        raise NotAvailableError("no content of the last 150 days has an author")
    earliest = pc.min(contents["event_date"]).as_py()
    if (run.as_of - earliest).days <= FEWEST_DAYS:
        raise NotAvailableError(f"it wants more than {FEWEST_DAYS} days of contents")
    rooted = since >= pa.scalar(first - timedelta(days=ROOT_DAYS))
    roots = run.read("input_contents", ["content_id", "tags"], rooted)
    voices = tell_voices(read_endorsements(run), contents["author_id"].to_pandas())
    told_topics = pc.field("published_date") >= pa.scalar(first)
    told_topics &= pc.field("probability") >= LEAST_TOPIC_PROBABILITY
    names = ["content_id", "topic_id"]
    topics = run.read_relation("content_topics", names, told_topics)
    with mention(contents, roots, voices, topics) as database:
        days, expected = count_days(database, max(first, earliest), run.as_of)
        told = [tell(days, expected, "day", TOLD_DAYS), *_tell_hours(database, run.as_of)]
        coming = _tell_forecasts(days, forecast(days.voices, expected))
    trends = pd.concat(told, ignore_index=True)
    run.write("trends", _stamped(trends, run.as_of))
    run.write("trend_forecasts", _stamped(coming, run.as_of))
    return {"trending": int(trends["is_trending"].sum()), "forecast": len(coming)}


def count_days(database: Any, first: date, until: date) -> tuple[Counts, Expected]:
    """Voices of every term and day, and what was to be expected of them."""
    days = count(database, "day", first, until)
    return days, expect(days.voices, days.exposure, days.starts.day_of_week.to_numpy(), 1)


def _tell_hours(database: Any, until: date) -> list[pd.DataFrame]:
    first = until - timedelta(hours=TOLD_HOURS + LEARNING_HOURS)
    hours = count(database, "hour", first, until, FEWEST_HOURLY_MENTIONS)
    if not len(hours.terms):
        return []
    season = (hours.starts.day_of_week * 24 + hours.starts.hour).to_numpy()
    expected = expect(hours.voices, hours.exposure, season, 24)
    return [tell(hours, expected, "hour", TOLD_HOURS, surprise(hours.voices, 24))]


def tell(
    counts: Counts, expected: Expected, grain: str, rows: int, rarity: Floats | None = None
) -> pd.DataFrame:
    """The last `rows` periods: what trends, and what ranks next to it."""
    per_day = 1 if grain == "day" else 24
    observed, kinds = counts.voices, counts.terms["kind"].to_numpy(str)
    chance = expected.chance(observed)
    rates = _rates_by_kind(chance, observed, kinds, counts.known)
    lift = observed / expected.mean
    trending = (rates <= FALSE_DISCOVERIES) & (observed >= LEAST_VOICES) & (lift >= LEAST_LIFT)
    trending &= counts.known
    trending[: FEWEST_DAYS * per_day] = False
    onset = find_onsets(trending)
    fading = half_lives(observed - expected.mean, onset, per_day)
    # One voice on a quiet day is improbable for many a term, and what a ring makes of any tag.
    at = np.argwhere((observed >= LEAST_VOICES) & counts.known)
    row, term = at[at[:, 0] >= len(observed) - rows].T
    cell = (row, term)
    table = pd.DataFrame(
        {
            "grain": grain,
            "kind": kinds[term],
            "term": counts.terms["term"].to_numpy(str)[term],
            "period_start_at": counts.starts[row],
            "n_voices": observed[cell].astype(np.int64),
            "n_accounts": counts.accounts[cell].astype(np.int64),
            "expected_voices": expected.mean[cell],
            "lift": lift[cell],
            "p_value": chance[cell],
            "q_value": rates[cell],
            "surprise": np.nan if rarity is None else rarity[cell],
            "half_life_days": fading[cell],
            "is_trending": trending[cell],
            "onset_at": counts.starts[np.maximum(onset[cell], 0)].where(onset[cell] >= 0),
        }
    )
    return _rank(table)


def _rates_by_kind(
    chance: Floats, observed: Floats, kinds: npt.NDArray[np.str_], known: npt.NDArray[np.bool_]
) -> Floats:
    """Tags, topics and words are families of tests each; untested is what was never seen yet."""
    seen = (np.cumsum(observed, axis=0) > 0) & known
    rates = np.ones_like(chance)
    for kind in np.unique(kinds):
        own = kinds == kind
        rates[:, own] = discovery_rates(chance[:, own], seen[:, own])
    return rates


def _rank(table: pd.DataFrame) -> pd.DataFrame:
    """Least probable first within kind and period; what neither trends nor ranks high is left."""
    period = ["grain", "kind", "period_start_at"]
    order = [*period, "p_value", "n_voices", "term"]
    ordered = table.sort_values(order, ascending=[True] * 4 + [False, True])
    ordered["rank"] = ordered.groupby(period).cumcount() + 1
    return ordered[ordered["is_trending"] | (ordered["rank"] <= MOST_RANKED)]


def _tell_forecasts(days: Counts, forecasts: Forecasts | None) -> pd.DataFrame:
    nothing = np.full(len(days.terms), np.nan)
    told = forecasts or Forecasts(nothing, nothing, nothing, np.nan, 0)
    kept = ~np.isnan(told.total) & days.known[-1]
    table: pd.DataFrame = days.terms[kept].copy()
    table["n_voices_7d"] = days.voices[-HORIZON_DAYS:, kept].sum(axis=0).astype(np.int64)
    table["forecast_next_7d"] = told.total[kept]
    table["lower_next_7d"] = told.lower[kept]
    table["upper_next_7d"] = told.upper[kept]
    table["interval_coverage"] = COVERAGE
    table["measured_coverage"] = told.measured_coverage
    table["n_measured"] = told.n_measured
    return table


def _stamped(table: pd.DataFrame, as_of: date) -> pa.Table:
    stamped = pa.Table.from_pandas(table, preserve_index=False)
    return stamped.append_column("as_of_date", pa.array([as_of] * len(table), pa.date32()))
