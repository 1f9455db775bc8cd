"""A small made-up network of half a year: its marts as a candidate, and the release before it."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb

from townsquare.quality import Suite, read_suites
from townsquare.quality._suites import Range, Volume

AS_OF = date(2025, 6, 30)
DAYS = 180
USERS = 250

# Per relation its rows in SQL: `days` has one row per day, `user_days` per user and active day.
RELATIONS = {
    "user_days": """
        select user_id, day as activity_date, n as n_activities, n * 20.0 as dwell_seconds
        from active
    """,
    "sessions": """
        select user_id || '@' || day as session_id, user_id, day as session_date,
            case when n % 9 = 0 then null else 'home' end as entry_surface,
            n as n_activities, n * 60 as duration_seconds
        from active
    """,
    "contents": """
        select user_id || '/' || day as content_id, user_id as author_id, day as published_date,
            case when n % 3 = 0 then 'post' else 'comment' end as kind, 'en' as language,
            n * 30 as n_characters, n % 3 > 0 as is_reply
        from active
    """,
    "content_days": """
        select user_id || '/' || day as content_id, day as activity_date, n as n_interactions
        from active
    """,
    "content_performance": """
        select user_id || '/' || day as content_id, n / 20.0 as engagement_percentile,
            n / 40.0 as engagements_per_view, n as n_engagements_first_1d, n % 2 = 0 as has_reply,
            case when n % 3 = 0 then 'post' else 'comment' end as kind, $as_of as as_of_date
        from active
    """,
    "daily_metrics": """
        select day as activity_date, count(*) as dau, sum(n) as mau, sum(n) as n_contents,
            sum(n) as n_interactions, sum(n) as n_messages, count(*) as n_new_users,
            sum(n) as n_conversions, avg(n) * 10 as avg_session_seconds
        from active group by day
    """,
    "engagement_days": """
        select day as activity_date, window_days, count(*) as n_users, 0.5 as share_active_users
        from active, (values (7), (28)) as windows (window_days) group by day, window_days
    """,
    "lifecycle_days": """
        select day as activity_date, state, count(*) as n_users,
            count(*) as n_active_7_days_before
        from active, (values ('new'), ('retained')) as states (state) group by day, state
    """,
    "retention_cohorts": """
        select cohort::integer as cohort, period::integer as period, 100 as n_users,
            (cohort * 7 + period * 11) % 30 / 30.0 as share_retained
        from range(25) as cohorts (cohort), range(25) as periods (period)
    """,
    "users": """
        select 'u' || i as user_id, timestamp '2025-01-01' as registered_at, 'person' as kind,
            case when i % 3 = 0 then 'DE' else 'FR' end as country, 'en' as language,
            case when i % 5 = 0 then 'premium' else 'free' end as plan, i % 20 = 0 as is_closed,
            case when i % 2 = 0 then 'dormant' else 'retained' end as lifecycle_state,
            i % 29 as n_active_days_28d, 1 + i % 50 as days_since_last_active,
            $as_of as as_of_date
        from range($users) as people (i)
    """,
    "user_profiles": """
        select 'u' || i as user_id, date '2025-06-01' as last_active_date,
            i % 30 * 1.0 as avg_activities_per_active_day_365d,
            case when i % 4 = 0 then 'daily' else 'weekly' end as activity_level,
            case when i % 3 = 0 then 'morning' else 'evening' end as favourite_day_part,
            case when i % 2 = 0 then 'post' else 'comment' end as favourite_content_kind,
            case when i % 3 = 0 then 'neutral' else 'positive' end as favourite_mood,
            i % 100 / 100.0 as confidence_day_part, i % 100 / 100.0 as confidence_topic,
            i % 7 * 1.0 as amount_365d, $as_of as as_of_date
        from range($users) as people (i)
    """,
    "user_traits": """
        select 'u' || i as user_id, case when i % 2 = 0 then 'hour' else 'tag' end as trait,
            i % 40 as n_evidence, i % 100 / 100.0 as confidence, $as_of as as_of_date
        from range($users) as people (i)
    """,
    "scores": """
        select score_name, 'u' || i as entity_id, (i * 13 % 100) / 100.0 as score,
            case when i % 5 = 0 then 'high' else 'low' end as band, day as as_of_date
        from range($users) as people (i), days,
            (values ('churn'), ('conversion')) as names (score_name)
        where day_number % 7 = 0
        union all by name
        select score_name, 'u' || i as entity_id, (i * 13 % 100) / 100.0 as score,
            case when i % 5 = 0 then 'high' else 'low' end as band, $as_of as as_of_date
        from range($users) as people (i), (values ('churn'), ('conversion')) as names (score_name)
    """,
    "latest_scores": """
        select score_name, 'u' || i as entity_id, (i * 13 % 100) / 100.0 as score,
            case when i % 5 = 0 then 'high' else 'low' end as band, $as_of as as_of_date
        from range($users) as people (i), (values ('churn'), ('conversion')) as names (score_name)
    """,
}


def derived(suite: Suite) -> str:
    """Rows of a relation that no one has written by hand: columns on which its suite holds."""
    columns: dict[str, str] = {}
    for one in suite.expectations:
        if isinstance(one, Range):
            low = one.min if one.min is not None else (one.max or 0) - 20
            high = one.max if one.max is not None else low + 20
            columns[one.column] = f"{low} + (n - 1) * {high - low} / 20.0"
        elif isinstance(one, Volume) and one.column:
            columns[one.column] = "n * 2"
    for name in sorted(suite.columns - {suite.event_date}):
        columns.setdefault(name, "case when n % 3 = 0 then 'one' else 'other' end")
    told = [f"{value} as {name}" for name, value in columns.items()]
    if suite.event_date is not None:
        told.append(f"day as {suite.event_date}")
    return f"select user_id || '@' || day as row_id, {', '.join(told)} from active"


for declared in read_suites():
    RELATIONS.setdefault(declared.relation, derived(declared))

_BASE = """
    create temp table days as
    select i as day_number, cast(date '2025-01-01' + i::integer as date) as day
    from range($days) as numbers (i);
    create temp table active as
    select 'u' || u as user_id, day, 1 + (u * 7 + day_number * 3) % 20 as n
    from days, range($users) as people (u)
    where hash(u, day_number) % 100 < case when dayofweek(day) in (0, 6) then 30 else 50 end
"""


def write_marts(path: Path, as_of: date = AS_OF, relations: Mapping[str, str] = RELATIONS) -> None:
    """The marts of the network as of a date."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {"$as_of": f"date '{as_of}'", "$users": str(USERS)}
    values["$days"] = str(DAYS - (AS_OF - as_of).days)
    with duckdb.connect(str(path)) as connection:
        for name, select in {"": _BASE, **relations}.items():
            for mark, value in values.items():
                select = select.replace(mark, value)
            connection.execute(f"create table {name} as {select}" if name else select)


def write_release(
    releases: Path,
    as_of: date = AS_OF - timedelta(days=1),
    relations: Mapping[str, str] = RELATIONS,
) -> Path:
    """The same network, released as of the day before."""
    folder = releases / f"{as_of}.1"
    write_marts(folder / "townsquare.duckdb", as_of, relations)
    with duckdb.connect(str(folder / "townsquare.duckdb"), read_only=True) as connection:
        rows = {
            name: {"rows": len(connection.execute(f"select 1 from {name}").fetchall())}
            for name in relations
        }
    told = {"as_of": str(as_of), "created_at": f"{as_of}T01:00:00", "relations": rows}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return folder
