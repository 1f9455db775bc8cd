"""The release that readers see, and how it differs from the one before."""

from typing import Any

from control_room import reading
from control_room.reading import Asked, Shelved
from townsquare import words
from townsquare.rows import Row

_CHECKS = """
    select
        gate,
        count(*) as checks,
        count(*) filter (where not is_passed and severity = 'critical') as critical,
        count(*) filter (where not is_passed and severity = 'warning') as warnings
    from meta.validation_results group by gate order by gate
"""
_FAILED = """
    select gate, relation, expectation, column_name, severity, is_skipped, message
    from meta.validation_results where not is_passed order by severity, relation, expectation
"""
_DRIFT = """
    select score_name, quantity, statistic, q_value, is_drifted, reference_date, as_of_date
    from meta.drift
    qualify as_of_date = max(as_of_date) over (partition by score_name)
    order by score_name, is_drifted desc, statistic desc
"""
_LAST_DAY = "select * from daily_metrics order by activity_date desc limit 1"
_MISSING = "select name, kind, reason from meta.capabilities where not is_available order by name"


def facts(asked: Asked) -> dict[str, Any]:
    """Rows, metrics, gates and drift, each beside the release before."""
    now = reading.current(asked.home)
    last = reading.before(asked.home, now)
    drift = now.ask(_DRIFT)
    return {
        "release": now,
        "last": last,
        "relations": _rows(now, last),
        "metrics": _metrics(now, last),
        "checks": now.ask(_CHECKS),
        "failed": now.ask(_FAILED),
        "n_drifted": sum(row["is_drifted"] for row in drift),
        "n_compared": len(drift),
        "drifted": [row for row in drift if row["is_drifted"]],
        "missing": now.ask(_MISSING),
    }


def _rows(now: Shelved, last: Shelved | None) -> list[Row]:
    here, there = (
        {name: told["rows"] for name, told in one.manifest["relations"].items()} if one else {}
        for one in (now, last)
    )
    return [
        {
            "relation": name,
            "rows": here.get(name),
            "before": there.get(name),
            "change": (here.get(name) or 0) - (there.get(name) or 0) if last else None,
        }
        for name in sorted({*here, *there})
    ]


def _metrics(now: Shelved, last: Shelved | None) -> dict[str, Any]:
    """The newest day of each release, number by number."""
    here = now.ask(_LAST_DAY)
    there = last.ask(_LAST_DAY) if last else []
    past = there[0] if there else {}
    rows = [_metric(name, here[0][name], past.get(name)) for name in reading.numbered(here)]
    return {
        "day": here[0]["activity_date"] if here else None,
        "day_before": past.get("activity_date"),
        "rows": rows,
    }


def _metric(name: str, value: float, before: float | None) -> Row:
    """One figure as the report says it, in its unit."""
    told = {"metric": name, "value": words.figure(name, value), "before": "", "change": ""}
    if before is not None:
        told["before"] = words.figure(name, before)
        told["change"] = words.change(name, value - before)
    return told
