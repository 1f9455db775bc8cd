"""Volume per day against the eight weeks before: a robust band that follows weekday and level.

The figure of a day is compared with the mean of the seven days before it, times what this weekday
usually is of such a mean (its median over eight weeks). The band is as wide as `sigmas` robust
standard deviations of the same comparison on the past eight weeks, and never narrower than chance
allows (one over the root of the expected count) or than the suite's floor. On the daily posts, comments, votes
and users of five years of a real site, four sigmas gave one false alarm in 300 to 1,000 days.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from townsquare.quality._rules import Rule, number
from townsquare.quality._source import Source, quoted
from townsquare.quality._suites import Suite, Volume

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

WEEKS = 8
FEWEST_WEEKS = 4
DAYS_JUDGED = 28
OLDER_DAYS = 1.5  # the newest day is judged at every run; older new days only now, all at once
FEWEST_TOO_MANY = 10


def rule(source: Source, suite: Suite, declared: Volume) -> Rule:
    """The band of each new day, and the sentence about the day that lies farthest out."""
    what = declared.column or "rows"
    days = _judged(source)
    start = min([*days, source.as_of]) - timedelta(days=7 * (2 * WEEKS + 1))
    series = _daily(source, suite, declared.column, start, source.as_of)
    bands = pd.DataFrame(
        [_band(series, day, declared, is_newest=day == days[-1]) for day in days],
        index=pd.Index(days, name="day"),
        columns=["seen", "lowest", "highest", "strain"],
    ).dropna()
    columns = (what, f"{what}: lowest expected", f"{what}: highest expected")
    figures = bands[["seen", "lowest", "highest"]].set_axis(list(columns), axis="columns")
    if bands.empty:
        said = f"{suite.relation} has less than {FEWEST_WEEKS + 1} weeks of days, so volume is not judged"
        return Rule("volume", declared.column, declared.severity, {}, "", "", f"{said}.")
    worst = bands["strain"].abs().idxmax()
    seen, lowest, highest = (float(bands.loc[worst, c]) for c in ("seen", "lowest", "highest"))
    expected = f"{number(round(lowest))} to {number(round(highest))}"
    return Rule(
        "volume",
        declared.column,
        declared.severity,
        figures,
        observed=f"{number(seen)} on {worst}",
        expected=expected,
        message=(
            f"{suite.relation} has {number(seen)} {'' if declared.column is None else 'in '}{what} "
            f"on {worst}; the eight weeks before lead one to expect {expected}."
        ),
        limits=columns,
    )


def _judged(source: Source) -> list[date]:
    """The new days that must be whole, at most the newest four weeks of them."""
    last = source.last_whole_day
    first = max(source.new_from, last - timedelta(days=DAYS_JUDGED - 1))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _daily(
    source: Source, suite: Suite, column: str | None, start: date, end: date
) -> "pd.Series[float]":
    """The figure per day from the relation's first day on; a day without rows is zero."""
    figure = f"sum({quoted(column)})" if column else "count(*)"
    when = f"cast({quoted(str(suite.event_date))} as date)"
    relation = f"candidate.main.{quoted(suite.relation)}"
    rows = source.connection.execute(
        f"select {when} as day, {figure} as figure from {relation} "
        f"where {when} >= ? and {when} < ? group by {when}",
        [start, end],
    ).fetchall()
    first = source.one(f"select min({when}) as first from {relation}")["first"]
    begin = max(start, first) if first else end
    days = [begin + timedelta(days=n) for n in range((end - begin).days)]
    seen = {day: float(figure or 0) for day, figure in rows}
    return pd.Series([seen.get(day, 0.0) for day in days], index=days, dtype=float)


def _band(
    series: "pd.Series[float]", day: date, declared: Volume, is_newest: bool
) -> tuple[float, float, float, float]:
    """Seen, lowest and highest expected, and how far out in units of the band; NaN: not judged."""
    missing = (float("nan"),) * 4
    if day not in series.index:
        return missing
    place = int(series.index.get_loc(day))
    values = series.to_numpy()
    ratios = _ratios(values[: place + 1])
    past = [ratios[place - 7 * week] for week in range(1, WEEKS + 1) if place - 7 * week >= 7]
    if len(past) < FEWEST_WEEKS:
        return missing
    level = values[place - 7 : place].mean() + 1
    expected = float(level * np.exp(np.median(past)))
    spread = max(_spread(ratios[:-1]), 1 / np.sqrt(max(expected, 1.0)))
    sigmas = declared.sigmas * (1 if is_newest else OLDER_DAYS)
    width = max(-float(np.log(max(1 - declared.floor, 0.01))), sigmas * spread)
    lowest = expected * np.exp(-width) - 1
    highest = max(expected * np.exp(width) - 1, expected + FEWEST_TOO_MANY)
    strain = float(np.log((values[place] + 1) / expected) / width)
    return float(values[place]), float(max(lowest, 0.0)), float(highest), strain


def _ratios(values: Floats) -> Floats:
    """Logarithm of each day over the mean of the seven days before it; NaN in the first week."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ratios = np.full(len(values), np.nan)
    ratios[7:] = np.log((values[7:] + 1) / ((sums[7:-1] - sums[:-8]) / 7 + 1))
    return ratios


def _spread(ratios: Floats) -> float:
    """Robust standard deviation of the past ratios around their weekday's median."""
    recent = ratios[7:][-7 * WEEKS :]
    rest = [recent[w::7] - np.median(recent[w::7]) for w in range(7) if len(recent[w::7])]
    n_weeks = max(len(recent) // 7, 2)
    deviation = float(np.median(np.abs(np.concatenate(rest))))
    return 1.4826 * deviation * float(np.sqrt(n_weeks / (n_weeks - 1)))
