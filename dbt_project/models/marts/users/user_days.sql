{{
    config(
        materialized='incremental',
        incremental_strategy='replace_days',
        unique_key='activity_date',
        on_schema_change='fail',
    )
}}
-- One row per user and UTC day on which the user was active.
-- depends_on: {{ ref('int_rebuild_dates') }}
with

days as (select * from {{ ref('int_user_days_known') }})

select
    -- ids
    user_id,

    -- numerics
    n_activities,
    n_contents,
    n_posts,
    n_comments,
    n_images,
    n_videos,
    n_interactions,
    n_views,
    n_clicks,
    n_likes_given,
    n_dislikes_given,
    n_shares,
    n_saves,
    n_hides,
    n_reports,
    n_follows,
    n_unfollows,
    n_messages_sent,
    n_night_activities,
    n_morning_activities,
    n_afternoon_activities,
    n_evening_activities,
    round(dwell_seconds, 3) as dwell_seconds,

    -- dates
    activity_date,

    -- timestamps
    first_event_at,
    last_event_at
from days
where is_active and {{ in_rebuild_dates('activity_date') }}
