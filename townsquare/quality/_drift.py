"""Distribution against the last release: a stated distance, and only beyond what chance gives."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import chi2

from townsquare.errors import TownsquareError
from townsquare.quality._rules import Rule, not_judged, number
from townsquare.quality._source import Source
from townsquare.quality._suites import Drift, Suite
from townsquare.sql_text import identifier

FALSE_ALARM = 0.001
MOST_VALUES = 20
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
_DECILES = [n / 10 for n in range(1, 10)]


def rule(source: Source, suite: Suite, declared: Drift) -> Rule:
    """The distance of the worst group and the limit that it has to keep."""
    _refuse_unordered(source, suite, declared)
    known = source.reference_columns.get(suite.relation, {}).keys()
    if source.reference is None or not {declared.column, declared.by or declared.column} <= known:
        why = f"no earlier release tells {suite.relation}.{declared.column}"
        return not_judged("drift", declared, why)
    distance, limit, group = _worst(source, suite, declared)
    of_group = f" ({declared.by} = {group})" if declared.by and group is not None else ""
    return Rule(
        "drift",
        declared.column,
        declared.severity,
        {f"distance of {declared.column}": distance},
        observed=number(distance),
        expected=f"at most {number(limit)}",
        message=(
            f"{suite.relation}.{declared.column}{of_group} is at a distance of {number(distance)} "
            f"from release {source.reference.release_id}; at most {number(limit)} is expected."
        ),
        low=0.0,
        high=limit,
    )


def _refuse_unordered(source: Source, suite: Suite, declared: Drift) -> None:
    kind = source.columns[suite.relation][declared.column]
    if not (_is_number(kind) or kind in {"VARCHAR", "BOOLEAN"}):
        raise TownsquareError(
            f"suites/{suite.relation}.yml asks for the drift of {declared.column}, "
            f"which is {kind}; name a number, a text or a boolean instead."
        )


def _is_number(kind: str) -> bool:
    return kind.removeprefix("U").startswith(_NUMBERS)


def _worst(source: Source, suite: Suite, declared: Drift) -> tuple[float, float, object]:
    """Distance, limit and group where the distance is the largest part of its limit."""
    counted = _counted(source, suite, declared, _bin(source, suite, declared))
    found: list[tuple[float, float, object]] = []
    for group in {row[0] for row in counted}:
        counts = [(float(row[2]), float(row[3])) for row in counted if row[0] == group]
        if len(counts) > 1 and all(map(sum, zip(*counts, strict=True))):
            found.append((*_distance(counts, declared.at_most), group))
    return max(found, key=lambda one: one[0] / one[1], default=(0.0, declared.at_most, None))


def _distance(pairs: Sequence[tuple[float, float]], at_most: float) -> tuple[float, float]:
    """Population stability index of two columns of counts, and the larger of its two limits.

    Without any change the index is about chi-squared with one degree less than there are bins,
    times the sum of one over each side's rows.
    """
    counts = np.array(pairs)
    shares = (counts + 0.5) / (counts + 0.5).sum(axis=0)
    index = float(np.sum((shares[:, 0] - shares[:, 1]) * np.log(shares[:, 0] / shares[:, 1])))
    chance = chi2.ppf(1 - FALSE_ALARM, len(counts) - 1) * np.sum(1 / counts.sum(axis=0))
    return index, max(at_most, float(chance))


def _counted(source: Source, suite: Suite, declared: Drift, binned: str) -> list[tuple[Any, ...]]:
    """Rows by group and bin: group, bin, rows of the last release, rows of the candidate."""
    group = identifier(declared.by) if declared.by else "null"
    sides = [
        f"select {group} as part, {binned} as bin, {counts} from {_rows(source, suite, database)}"
        for database, counts in (("reference", "1 as before, 0 as now"), ("candidate", "0, 1"))
    ]
    return source.connection.execute(
        f"select part, bin, sum(before), sum(now) from ({' union all '.join(sides)}) "
        "group by part, bin order by part, bin"
    ).fetchall()


def _rows(source: Source, suite: Suite, database: str) -> str:
    """New days are compared with the four weeks before them; without days, all rows with all."""
    rows = f"{database}.main.{identifier(suite.relation)} where "
    if suite.event_date is None:
        return rows + "true"
    when, new = f"cast({identifier(suite.event_date)} as date)", f"date '{source.new_from}'"
    if database == "candidate":
        return f"{rows} {when} >= {new}"
    return f"{rows} {when} >= {new} - interval 28 day and {when} < {new}"


def _bin(source: Source, suite: Suite, declared: Drift) -> str:
    """SQL that gives a row's bin: how many deciles lie below it, or its frequent value."""
    column = identifier(declared.column)
    before = _rows(source, suite, "reference")
    if _is_number(source.columns[suite.relation][declared.column]):
        deciles = f"quantile_cont(cast({column} as double), {_DECILES})"
        edges = source.one(f"select {deciles} as edges from {before}")["edges"] or ()
        above = [f"cast({column} > {edge!r} as integer)" for edge in sorted(set(edges))]
        place = f"cast({' + '.join(above) or '0'} as varchar)"
        return f"case when {column} is null then '' else {place} end"
    frequent = source.connection.execute(
        f"select cast({column} as varchar) as value from {before} and {column} is not null "
        f"group by value order by count(*) desc, value limit {MOST_VALUES}"
    ).fetchall()
    values = ", ".join("'" + value.replace("'", "''") + "'" for (value,) in frequent) or "null"
    text = f"cast({column} as varchar)"
    known = f"when {text} in ({values}) then '=' || {text} else '*'"
    return f"case when {column} is null then '' {known} end"
