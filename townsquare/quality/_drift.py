"""Distribution against the last release: a stated distance, and only beyond what chance gives."""

from typing import Any

import numpy as np
from scipy.stats import chi2

from townsquare.errors import TownsquareError
from townsquare.quality._rules import Rule, number
from townsquare.quality._source import Source, quoted
from townsquare.quality._suites import Drift, Suite

FALSE_ALARM = 0.001
MOST_VALUES = 20
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE")
_DECILES = "[" + ", ".join(f"{n / 10}" for n in range(1, 10)) + "]"


def rule(source: Source, suite: Suite, declared: Drift) -> Rule:
    """The distance of the worst group and the limit that it has to keep."""
    label = f"distance of {declared.column}"
    kind = source.columns[suite.relation][declared.column]
    _refuse_unordered(suite, declared, kind)
    known = source.reference_columns.get(suite.relation, {})
    if (
        source.reference is None
        or not {declared.column, declared.by or declared.column} <= known.keys()
    ):
        said = (
            f"no earlier release tells {suite.relation}.{declared.column}, so drift is not judged"
        )
        return Rule("drift", declared.column, declared.severity, {}, "", "", f"{said}.")
    distance, limit, group = _worst(source, suite, declared, kind)
    of_group = f" ({declared.by} = {group})" if declared.by and group is not None else ""
    return Rule(
        "drift",
        declared.column,
        declared.severity,
        {label: distance},
        observed=number(distance),
        expected=f"at most {number(limit)}",
        message=(
            f"{suite.relation}.{declared.column}{of_group} is at a distance of {number(distance)} "
            f"from release {source.reference.release_id}; at most {number(limit)} is expected."
        ),
        low=0.0,
        high=limit,
    )


def _refuse_unordered(suite: Suite, declared: Drift, kind: str) -> None:
    if not kind.startswith((*_NUMERIC, "DECIMAL", "VARCHAR", "BOOLEAN")):
        raise TownsquareError(
            f"suites/{suite.relation}.yml asks for the drift of {declared.column}, which is {kind}; "
            "name a number, a text or a boolean instead."
        )


def _worst(source: Source, suite: Suite, declared: Drift, kind: str) -> tuple[float, float, object]:
    """Distance, limit and group where the distance is the largest part of its limit."""
    counted = _counted(source, suite, declared, _bin(source, suite, declared, kind))
    found: list[tuple[float, float, object]] = []
    for group in {row[0] for row in counted}:
        counts = np.array([row[2:] for row in counted if row[0] == group], dtype=float)
        if len(counts) > 1 and counts.sum(axis=0).all():
            found.append((*_distance(counts, declared.at_most), group))
    return max(found, key=lambda one: one[0] / one[1], default=(0.0, declared.at_most, None))


def _distance(
    counts: "np.ndarray[Any, np.dtype[np.float64]]", at_most: float
) -> tuple[float, float]:
    """Population stability index of two columns of counts, and the larger of its two limits.

    Without any change the index is about chi-squared with one degree less than there are bins,
    times the sum of one over each side's rows.
    """
    shares = (counts + 0.5) / (counts + 0.5).sum(axis=0)
    index = float(np.sum((shares[:, 0] - shares[:, 1]) * np.log(shares[:, 0] / shares[:, 1])))
    chance = chi2.ppf(1 - FALSE_ALARM, len(counts) - 1) * np.sum(1 / counts.sum(axis=0))
    return index, max(at_most, float(chance))


def _counted(source: Source, suite: Suite, declared: Drift, binned: str) -> list[tuple[Any, ...]]:
    """Rows by group and bin: group, bin, rows of the last release, rows of the candidate."""
    group = quoted(declared.by) if declared.by else "null"
    sides = []
    for database, counts in (("reference", "1 as n_before, 0 as n_now"), ("candidate", "0, 1")):
        sides.append(
            f"select {group} as part, {binned} as bin, {counts} "
            f"from {database}.main.{quoted(suite.relation)} where {_window(source, suite, database)}"
        )
    return source.connection.execute(
        f"select part, bin, sum(n_before), sum(n_now) from ({' union all '.join(sides)}) "
        "group by part, bin order by part, bin"
    ).fetchall()


def _window(source: Source, suite: Suite, database: str) -> str:
    """New days are compared with the four weeks before them; without days, all rows with all."""
    if suite.event_date is None:
        return "true"
    when, new = f"cast({quoted(suite.event_date)} as date)", f"date '{source.new_from}'"
    if database == "candidate":
        return f"{when} >= {new}"
    return f"{when} >= {new} - interval 28 day and {when} < {new}"


def _bin(source: Source, suite: Suite, declared: Drift, kind: str) -> str:
    """SQL that gives a row's bin: how many deciles lie below it, or its frequent value."""
    column = quoted(declared.column)
    before = f"reference.main.{quoted(suite.relation)} where {_window(source, suite, 'reference')}"
    if kind.startswith((*_NUMERIC, "DECIMAL")):
        found = source.one(
            f"select quantile_cont(cast({column} as double), {_DECILES}) as deciles from {before}"
        )
        above = [
            f"cast({column} > {edge!r} as integer)" for edge in sorted(set(found["deciles"] or ()))
        ]
        return f"case when {column} is null then '' else cast({' + '.join(above) or '0'} as varchar) end"
    rows = source.connection.execute(
        f"select cast({column} as varchar) as value from {before} and {column} is not null "
        f"group by value order by count(*) desc, value limit {MOST_VALUES}"
    ).fetchall()
    values = ", ".join("'" + value.replace("'", "''") + "'" for (value,) in rows) or "null"
    text = f"cast({column} as varchar)"
    return f"case when {column} is null then '' when {text} in ({values}) then '=' || {text} else '*' end"
