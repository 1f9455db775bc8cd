{{
    config(
        materialized='incremental',
        incremental_strategy='replace_days',
        unique_key='activity_date',
        on_schema_change='fail',
    )
}}
-- One row per content and UTC day on which something was done to it.
-- depends_on: {{ ref('int_rebuild_dates') }}
with

days as (select * from {{ ref('int_content_days_known') }})

select
    -- ids
    content_id,

    -- numerics
    n_interactions,
    n_views,
    n_clicks,
    n_likes,
    n_dislikes,
    n_shares,
    n_saves,
    n_hides,
    n_reports,
    n_accepts,
    n_awards,
    n_replies,
    n_likes + n_shares + n_saves + n_accepts + n_awards + n_replies as n_engagements,
    round(dwell_seconds, 3) as dwell_seconds,

    -- dates
    activity_date
from days
where {{ in_rebuild_dates('activity_date') }}
