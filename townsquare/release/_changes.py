"""What moved since the release before: every figure beside how far it usually moves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from townsquare.quality import Check
from townsquare.release._shelf import Release
from townsquare.sql_text import identifier, literal

Row = tuple[object, ...]

PAST_DAYS = 728
FEWEST_PAST = 8
_NUMBERS = ("BIGINT", "INTEGER", "HUGEINT", "DOUBLE")


@dataclass(frozen=True)
class Now:
    """The candidate as it is: its database, rows by relation, and what the gates found."""

    database: Path
    relations: dict[str, int]
    checks: Sequence[Check]


def rows(before: Release | None, now: Now) -> list[Row]:
    """The rows of meta.changes; none for a first release, or where the one before lost its file."""
    if before is None or not before.database.exists():
        return []
    with duckdb.connect() as connection:
        for name, path in (("now", now.database), ("past", before.database)):
            connection.execute(f"attach {literal(path)} as {name} (read_only)")
        found = [*_metrics(connection), *_scores(connection), *_counts(before, now)]
    return [(*row, before.release_id, before.manifest["as_of"]) for row in found]


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[set[tuple[str, str]]]:
    """Names and types of a relation's columns, in the candidate and in the release before."""
    found = connection.execute(
        "select database_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and table_name = ?",
        [relation],
    ).fetchall()
    return [{(name, kind) for side, name, kind in found if side == at} for at in ("now", "past")]


def _metrics(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every number of daily_metrics on the last day of each, and how far it usually moves.

    The usual range holds 95 of 100 changes over as many days that ended on the same weekday of the
    two years before; where both are as of the same day, nothing should have moved at all.
    """
    here, there = _columns(connection, "daily_metrics")
    numbers = sorted(name for name, kind in here & there if kind in _NUMBERS)
    if not numbers or ("activity_date", "DATE") not in here & there:
        return []
    names = [identifier(name) for name in numbers]
    values = ", ".join(f"cast({name} as double) as {name}" for name in names)
    sides = [
        f"{side}_days as (unpivot (select activity_date, {values} from {side}.main.daily_metrics) "
        "on columns(* exclude (activity_date)) into name metric value figure)"
        for side in ("now", "past")
    ]
    return connection.execute(
        f"with {', '.join(sides)}, {_METRICS}",
        {"past_days": PAST_DAYS, "fewest": FEWEST_PAST},
    ).fetchall()


_METRICS = """
    last_days as (
        select
            (select max(activity_date) from now.main.daily_metrics) as now_date,
            (select max(activity_date) from past.main.daily_metrics) as past_date
    ),
    ends as (
        select last_days.*, cast(now_date - past_date as integer) as n_days from last_days
    ),
    usual as (
        select
            later.metric,
            count(*) as n_compared,
            quantile_cont(later.figure - earlier.figure, 0.025) as usual_low,
            quantile_cont(later.figure - earlier.figure, 0.975) as usual_high
        from now_days as later
        cross join ends
        inner join now_days as earlier
            on later.metric = earlier.metric
            and earlier.activity_date = later.activity_date - ends.n_days
        where
            ends.n_days >= 0
            and later.activity_date < ends.now_date
            and later.activity_date >= ends.now_date - cast($past_days as integer)
            and (ends.now_date - later.activity_date) % 7 = 0
        group by later.metric
        having count(*) >= $fewest
    )
    select
        'metric' as kind,
        now_days.metric as name,
        now_days.figure as value,
        past_days.figure as value_before,
        now_days.figure - past_days.figure as change,
        null as change_low,
        null as change_high,
        usual.usual_low,
        usual.usual_high,
        usual.n_compared,
        change not between usual.usual_low and usual.usual_high as is_unusual
    from ends
    inner join now_days on ends.now_date = now_days.activity_date
    inner join past_days
        on ends.past_date = past_days.activity_date
        and now_days.metric = past_days.metric
    left join usual on now_days.metric = usual.metric
    order by name
"""


def _scores(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The mean of each score over whoever has it in both, and the change's 95 % interval."""
    needed = {"score_name", "entity_id", "score"}
    if not all(needed <= {name for name, _ in side} for side in _columns(connection, _LATEST)):
        return []
    return connection.execute(_SCORES).fetchall()


_LATEST = "latest_scores"
_SCORES = """
    select
        'score' as kind,
        score_name as name,
        avg(here.score) as value,
        avg(there.score) as value_before,
        avg(here.score - there.score) as change,
        change - 1.96 * stddev_samp(here.score - there.score) / sqrt(count(*)) as change_low,
        change + 1.96 * stddev_samp(here.score - there.score) / sqrt(count(*)) as change_high,
        null as usual_low,
        null as usual_high,
        count(*) as n_compared,
        0 not between change_low and change_high as is_unusual
    from now.main.latest_scores as here
    inner join past.main.latest_scores as there using (score_name, entity_id)
    group by score_name
    order by score_name
"""


def _counts(before: Release, now: Now) -> Iterator[Row]:
    """Rows of relations, and failed checks, as both manifests tell them."""
    told = {name: one["rows"] for name, one in before.manifest["relations"].items()}
    for name in sorted({*told, *now.relations}):
        yield _count("rows", name, now.relations.get(name), told.get(name))
    checks = before.manifest.get("checks", {})
    n_failed = sum(not check.success for check in now.checks)
    yield _count("checks", "failed", n_failed, checks.get("failed"))


def _count(kind: str, name: str, value: int | None, before: int | None) -> Row:
    change = None if value is None or before is None else value - before
    return (kind, name, value, before, change, None, None, None, None, None, None)
