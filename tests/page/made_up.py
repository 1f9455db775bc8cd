"""A made-up release in which every chart of the page has something to draw."""

from datetime import date
from pathlib import Path

import duckdb

AS_OF = date(2025, 7, 1)
RELEASE = "2025-07-01.1"
# Ends a script, opens one, closes an attribute, and would end a line of JavaScript.
NASTY = (
    """</script><script>window.broken=1</script><img src=x onerror="window.broken=1">'"&\u2028"""
)

_RELATIONS = {
    "daily_metrics": """
        select cast(date '2025-01-01' + i::integer as date) as activity_date,
            50 + i % 7 as dau, 200 + i % 11 as wau, if(i < 27, null, 400 + i) as mau,
            if(i < 27, null, dau / mau) as stickiness
        from range(181) as days (i)
    """,
    "lifecycle_days": """
        select activity_date, state, n as n_users, n // 2 as n_active_7_days_before,
            true as is_complete
        from (select activity_date, row_number() over () % 40 as n from daily_metrics),
            unnest(['new', 'retained', 'resurrected', 'dormant']) as states (state)
    """,
    "engagement_days": """
        select date '2025-06-30' as activity_date, 28 as window_days, i as n_active_days,
            28 - i as n_users, (28 - i) / 378 as share_active_users, true as is_complete
        from range(1, 29) as days (i)
    """,
    "retention_cohorts": """
        select cast(date '2025-01-06' + (7 * c)::integer as date) as cohort_date, p as period,
            20 as n_users, 20 // (p + 1) as n_retained_users,
            if(c + p < 25, n_retained_users / 20, null) as share_retained,
            c + p < 25 as is_complete
        from range(25) as cohorts (c), range(25) as periods (p)
    """,
    "retention_periods": """
        select period, count(*) as n_cohorts, sum(n_users) as n_users,
            sum(n_retained_users) / sum(n_users) as share_retained,
            0.9 / (1 + period) as share_retained_unbounded, true as is_complete
        from retention_cohorts where is_complete group by period
    """,
    "contents": """
        select 'c' || i as content_id, 'u' || i as author_id, 'c' || i as root_id, 'post' as kind,
            case when i = 0 then $nasty when i = 1 then 'What only u1 wrote' else 'Post ' || i end
                as title,
            false as is_reply, false as is_deleted, date '2025-06-20' as published_date
        from range(12) as posts (i)
    """,
    "content_days": """
        select content_id, date '2025-06-21' as activity_date,
            20 - cast(substr(content_id, 2) as integer) as n_engagements
        from contents
    """,
    "topics": "select 't' || i as topic_id, $nasty || i as name from range(3) as topics (i)",
    "content_topics": """
        select content_id, 't' || (row_number() over () % 3) as topic_id, 1 as rank,
            date '2025-06-20' as published_date
        from contents
    """,
    "sentiment_trends": """
        select '(all)' as topic_id, '(all)' as segment_kind, '(all)' as segment,
            activity_date as published_date, 5 as n_contents, sin(dau) / 9 as adjusted_score,
            adjusted_score - 0.1 as adjusted_low, adjusted_score + 0.1 as adjusted_high,
            0.1 as level, activity_date = '2025-05-01' as is_change,
            if(is_change, 0.2, null) as change
        from daily_metrics
    """,
    "trends": """
        select 'day' as grain, 'tag' as kind, $nasty || i as term, 9 + i as n_voices,
            1.5 as expected_voices, 0.001 as p_value, 0.01 as q_value, true as is_trending,
            timestamp '2025-06-25' as period_start_at
        from range(3) as terms (i)
    """,
    "funnels": """
        select funnel, date '2025-05-05' as cohort_date, step, 'step_' || step as step_name,
            7 as window_days, 90 as n_entered, 90 // step as n_users,
            3.5 as median_hours_since_entry, true as is_complete
        from range(1, 4) as steps (step), unnest(['joining', 'buying']) as funnels (funnel)
    """,
    "latest_scores": """
        select score_name, 'u' || i as entity_id, i / 101 * top as score,
            case when score > 0.6 then 'high' when score > 0.3 then 'medium' else 'low' end as band
        from range(100) as people (i),
            (values ('churn', 1.0), ('conversion', 0.04)) as scores (score_name, top)
    """,
    "meta.releases": """
        select $release as release_id, date '2025-07-01' as as_of_date,
            'made <up> & more' as network
    """,
    "meta.capabilities": """
        select table_name as name, 'relation' as kind, true as is_available, null::varchar as reason
        from duckdb_tables() where schema_name = 'main'
    """,
    "meta.changes": """
        select 'metric' as kind, name, 9e0 as value, 7e0 as value_before, 2e0 as change,
            null::double as change_low, null::double as change_high, -1e0 as usual_low,
            if(name = 'dau', 1e0, 3e0) as usual_high, 20 as n_compared,
            name = 'dau' as is_unusual, date '2025-06-30' as before_as_of_date
        from unnest(['dau', 'wau', 'mau', 'n_new_users']) as names (name)
        union all by name
        select 'score' as kind, name, 0.4 as value, 0.3 as value_before, 0.1 as change,
            0.05 as change_low, 0.15 as change_high, 40 as n_compared, true as is_unusual,
            date '2025-06-30' as before_as_of_date
        from unnest(['churn', 'conversion']) as names (name)
    """,
    "meta.model_versions": """
        select name as score_name, 'v1' as model_version, true as is_champion,
            0.02 as calibration_error, 0.9 as auc, 0.88 as auc_low, 0.92 as auc_high,
            0.89 as logistic_auc, 0.87 as logistic_auc_low, 0.91 as logistic_auc_high,
            0.8 as baseline_auc, 0.78 as baseline_auc_low, 0.82 as baseline_auc_high
        from unnest(['churn', 'conversion']) as names (name)
    """,
    "meta.calibration": """
        select score_name, model_version, i as tenth, i / 11 as avg_score,
            i / 11.5 as share_happened, 100 as n_rows
        from meta.model_versions, range(1, 11) as tenths (i)
    """,
    "meta.validation_results": """
        select gate, 'users' as relation, severity, is_passed, false as is_skipped,
            'users has ' || $nasty as message
        from (values ('contract', 'critical', true), ('data', 'critical', true),
            ('data', 'warning', false)) as checks (gate, severity, is_passed)
    """,
    "meta.freshness": """
        select 'users' as table_name, 9 as n_rows, date '2025-06-30' as newest_event_date
    """,
}


def write(folder: Path) -> Path:
    """The database of the release in a folder named by its id; returns the folder."""
    release = folder / RELEASE
    release.mkdir(parents=True)
    values = {"$nasty": "'" + NASTY.replace("'", "''") + "'", "$release": f"'{RELEASE}'"}
    with duckdb.connect(str(release / "townsquare.duckdb")) as connection:
        connection.execute("create schema meta")
        for name, query in _RELATIONS.items():
            for mark, value in values.items():
                query = query.replace(mark, value)
            connection.execute(f"create table {name} as {query}")
        for column, words in {
            "dau": "Daily active users; users active on the date.",
            "wau": "Weekly active users; users active in 7 days.",
            "stickiness": "Stickiness; dau / mau.",
        }.items():
            connection.execute(f"comment on column daily_metrics.{column} is '{words}'")
    return release


def change(release: Path, *statements: str) -> None:
    """Change a release that was made up."""
    with duckdb.connect(str(release / "townsquare.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
