"""Figures of a whole relation, aggregated by DuckDB over every row: rows, nulls, ranges, days."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from townsquare.quality._rules import Rule, day, not_judged, number, share
from townsquare.quality._source import Source
from townsquare.quality._suites import Freshness, History, Nulls, Range, Suite
from townsquare.sql_text import identifier

GAP_DAYS = 56  # how far back the longest silence of a network is looked for
FEWEST_CHANGED = 10


def rows(suite: Suite, n_rows: int) -> Rule:
    """That there is anything to judge, where the suite does not say that there may be nothing."""
    fewest = 0 if suite.may_be_empty else 1
    return Rule(
        "rows", None, "critical", {"all rows": n_rows}, number(n_rows), f"at least {fewest}",
        f"{suite.relation} has {number(n_rows)} rows; at least {fewest} are expected.",
        low=fewest,
    )  # fmt: skip


def aggregate(source: Source, suite: Suite) -> dict[str, Any]:
    """Every figure that nulls and range need, in one scan."""
    wanted = ["count(*) as rows"]
    for place, one in enumerate(suite.expectations):
        if isinstance(one, Range):
            column = identifier(one.column)
            wanted += [f"min({column}) as low_{place}", f"max({column}) as high_{place}"]
        elif isinstance(one, Nulls):
            for name, which in (("all", "true"), *_windows(source, suite)):
                null = f"case when {identifier(one.column)} is null then 1.0 else 0.0 end"
                wanted.append(f"avg({null}) filter (where {which}) as {name}_{place}")
    return source.one(
        f"select {', '.join(wanted)} from candidate.main.{identifier(suite.relation)}"
    )


def _windows(source: Source, suite: Suite) -> Sequence[tuple[str, str]]:
    if suite.event_date is None:
        return ()
    when, new = f"cast({identifier(suite.event_date)} as date)", f"date '{source.new_from}'"
    before = f"{when} >= {new} - interval 28 day and {when} < {new}"
    newest = f"{when} = date '{source.last_whole_day}'"
    return (("new", f"{when} >= {new}"), ("newest", newest), ("before", before))


def nulls(suite: Suite, declared: Nulls, place: int, found: dict[str, Any]) -> Rule:
    """The share of nulls of all rows, or of the new days beside the four weeks before them."""
    if declared.at_most is not None:
        seen, limit, where = found[f"all_{place}"], declared.at_most, ""
    else:
        before = found[f"before_{place}"]
        shares = [found[f"{name}_{place}"] for name in ("new", "newest")]
        seen = max((one for one in shares if one is not None), default=None)
        limit = 1.0 if before is None else min(before + (declared.rise_at_most or 0.0), 1.0)
        where = f" on the new days (before: {share(before)})"
    return Rule(
        "nulls",
        declared.column,
        declared.severity,
        {f"share of nulls in {declared.column}": seen},
        observed=share(seen),
        expected=f"at most {share(limit)}",
        message=(
            f"{suite.relation}.{declared.column} is null in {share(seen)} of the rows{where}; "
            f"at most {share(limit)} is expected."
        ),
        low=0.0,
        high=limit,
    )


def value_range(suite: Suite, declared: Range, place: int, found: dict[str, Any]) -> Rule:
    """The smallest and the largest value of a column."""
    low, high = found[f"low_{place}"], found[f"high_{place}"]
    name = declared.column
    allowed = f"from {_end(declared.min)} to {_end(declared.max)}"
    observed = "only nulls" if low is None else f"from {number(low)} to {number(high)}"
    return Rule(
        "range",
        name,
        declared.severity,
        {f"smallest {name}": _float(low), f"largest {name}": _float(high)},
        observed=observed,
        expected=allowed,
        message=f"{suite.relation}.{name} goes {observed}; {allowed} is expected.",
        low=declared.min,
        high=declared.max,
    )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _end(value: float | None) -> str:
    return "anything" if value is None else number(value)


def freshness(source: Source, suite: Suite, declared: Freshness) -> Rule:
    """The newest day, no older than the network's own longest silence and never in the future."""
    when = f"cast({identifier(str(suite.event_date))} as date)"
    found = source.connection.execute(
        f"select distinct {when} as day from candidate.main.{identifier(suite.relation)} "
        f"where {when} is not null order by day desc limit {GAP_DAYS}"
    ).fetchall()
    days: list[date] = [one for (one,) in found]
    oldest = oldest_fresh_day(source, sorted(days), declared.within_days)
    latest = source.as_of - timedelta(days=1)
    newest = days[0] if days else None
    expected = f"{day(latest)}" if oldest == latest else f"{day(oldest)} to {day(latest)}"
    return Rule(
        "freshness",
        suite.event_date,
        declared.severity,
        {f"newest {suite.event_date}": pd.Timestamp(newest or "1970-01-01")},
        observed=day(newest),
        expected=expected,
        message=f"The newest day of {suite.relation} is {day(newest)}; {expected} is expected.",
        low=pd.Timestamp(oldest),
        high=pd.Timestamp(latest),
    )


def oldest_fresh_day(source: Source, days: Sequence[date], within_days: int = 1) -> date:
    """The oldest that the newest of these ascending days may be.

    A network that is silent for days at times is stale only after twice its longest silence of the
    last eight weeks; one that speaks every day must have spoken on its last whole day.
    """
    recent = [one for one in days if one >= days[-1] - timedelta(days=GAP_DAYS)]
    gaps = [(later - earlier).days for earlier, later in zip(recent, recent[1:], strict=False)]
    longest = max(gaps, default=1)
    allowed = max(within_days, 2 * longest if longest > 1 else 1)
    return source.last_whole_day - timedelta(days=allowed - 1)


def history(source: Source, suite: Suite, declared: History) -> Rule:
    """Rows of the days that the last release told, in both."""
    if source.reference is None or suite.relation not in source.reference_columns:
        return not_judged("history", declared, f"no earlier release tells {suite.relation}")
    when = f"cast({identifier(str(suite.event_date))} as date)"
    both = [
        f"(select count(*) from {database}.main.{identifier(suite.relation)} where {when} < ?)"
        for database in ("candidate", "reference")
    ]
    told = source.one(
        f"select {both[0]} as now, {both[1]} as before", source.new_from, source.new_from
    )
    now, before = int(told["now"]), int(told["before"])
    slack = max(declared.within * before, FEWEST_CHANGED)
    return Rule(
        "history",
        None,
        declared.severity,
        {"rows of days told before": now},
        observed=number(now),
        expected=f"{number(round(before - slack))} to {number(round(before + slack))}",
        message=(
            f"{suite.relation} has {number(now)} rows before {source.new_from}, and had "
            f"{number(before)} in release {source.reference.release_id}; a change of at most "
            f"{number(round(slack))} is expected."
        ),
        low=before - slack,
        high=before + slack,
    )
