"""Volume per day against the eight weeks before: a robust band that follows weekday and level.

The figure of a day is compared with the mean of the seven days before it, times what this weekday
usually is of such a mean (its median over eight weeks). The band is as wide as `sigmas` robust
standard deviations of the same comparison on the past eight weeks, and never narrower than chance
allows (one over the root of the expected count) or than the suite's floor. On the daily posts,
comments, votes and users of a real site over five years, four sigmas gave one false alarm in 250 to
1,000 days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from townsquare.quality._rules import Rule, not_judged, number
from townsquare.quality._source import Source
from townsquare.quality._suites import Suite, Volume
from townsquare.sql_text import identifier

Floats = np.ndarray[Any, np.dtype[np.float64]]

WEEKS = 8
FEWEST_WEEKS = 4
DAYS_JUDGED = 28
OLDER_DAYS = 1.5  # wider: the newest day is judged at every run, older new days all at once
FEWEST_TOO_MANY = 10


@dataclass(frozen=True)
class _Band:
    """What is expected of one day; `strain` is how far out the day lies, 1 at the band's end."""

    day: date
    seen: float
    lowest: float
    highest: float
    strain: float


def rule(source: Source, suite: Suite, declared: Volume) -> Rule:
    """The band of each new day, and the sentence about the day that lies farthest out."""
    what = declared.column or "rows"
    bands = list(_bands(source, suite, declared))
    if not bands:
        why = f"{suite.relation} has less than {FEWEST_WEEKS + 1} weeks of days"
        return not_judged("volume", declared, why)
    labels = (what, f"{what}: lowest expected", f"{what}: highest expected")
    figures = pd.DataFrame(
        [(band.seen, band.lowest, band.highest) for band in bands],
        index=[band.day for band in bands],
        columns=list(labels),
    )
    worst = max(bands, key=lambda band: abs(band.strain))
    expected = f"{number(round(worst.lowest))} to {number(round(worst.highest))}"
    seen = f"{number(worst.seen)} {'rows' if declared.column is None else 'in ' + what}"
    return Rule(
        "volume",
        declared.column,
        declared.severity,
        figures,
        observed=f"{number(worst.seen)} on {worst.day}",
        expected=expected,
        message=(
            f"{suite.relation} has {seen} on {worst.day}; "
            f"after the eight weeks before, {expected} are expected."
        ),
        limits=labels,
    )


def _bands(source: Source, suite: Suite, declared: Volume) -> Sequence[_Band]:
    """The new days that must be whole, at most the newest four weeks of them, as far as known."""
    last = source.last_whole_day
    first = max(source.new_from, last - timedelta(days=DAYS_JUDGED - 1))
    start = first - timedelta(days=7 * (2 * WEEKS + 1))
    begin, values = _daily(source, suite, declared.column, start)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    bands = [_band(values, (day - begin).days, day, declared, day == last) for day in days]
    return [band for band in bands if band]


def _daily(source: Source, suite: Suite, column: str | None, start: date) -> tuple[date, Floats]:
    """The figure per day from the relation's first day on; a day without rows is zero."""
    figure = f"sum({identifier(column)})" if column else "count(*)"
    when = f"cast({identifier(str(suite.event_date))} as date)"
    relation = f"candidate.main.{identifier(suite.relation)}"
    seen = dict(
        source.connection.execute(
            f"select {when} as day, {figure} from {relation} "
            f"where {when} >= ? and {when} < ? group by day",
            [start, source.as_of],
        ).fetchall()
    )
    first = source.one(f"select min({when}) as first from {relation}")["first"]
    begin = max(start, first) if first else source.as_of
    days = [begin + timedelta(days=n) for n in range((source.as_of - begin).days)]
    return begin, np.array([float(seen.get(day) or 0) for day in days])


def _band(values: Floats, place: int, day: date, declared: Volume, is_newest: bool) -> _Band | None:
    """The band of the day at this place, or None where the weeks before it are too few."""
    past_places = [place - 7 * week for week in range(1, WEEKS + 1) if place - 7 * week >= 7]
    if len(past_places) < FEWEST_WEEKS:
        return None
    ratios = _ratios(values[: place + 1])
    usual = float(np.median(ratios[past_places]))
    expected = float((values[place - 7 : place].mean() + 1) * np.exp(usual))
    sigmas = declared.sigmas * (1 if is_newest else OLDER_DAYS)
    spread = max(_spread(ratios[:-1]), float(1 / np.sqrt(max(expected, 1.0))))
    width = max(float(-np.log(1 - declared.floor)), sigmas * spread)
    return _Band(
        day,
        seen=float(values[place]),
        lowest=max(expected * float(np.exp(-width)) - 1, 0.0),
        highest=max(expected * float(np.exp(width)) - 1, expected + FEWEST_TOO_MANY),
        strain=float(np.log((values[place] + 1) / expected) / width),
    )


def _ratios(values: Floats) -> Floats:
    """Logarithm of each day over the mean of the seven days before it; NaN in the first week."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ratios = np.full(len(values), np.nan)
    ratios[7:] = np.log((values[7:] + 1) / ((sums[7:-1] - sums[:-8]) / 7 + 1))
    return ratios


def _spread(ratios: Floats) -> float:
    """Robust standard deviation of the past ratios around their weekday's median."""
    recent = ratios[7:][-7 * WEEKS :]
    rest = [recent[weekday::7] - np.median(recent[weekday::7]) for weekday in range(7)]
    n_weeks = len(recent) // 7
    deviation = float(np.median(np.abs(np.concatenate(rest))))
    return 1.4826 * deviation * float(np.sqrt(n_weeks / (n_weeks - 1)))
