{%- set idle = "interval '" ~ var('session_idle_minutes') ~ "' minute" -%}
{%- set first_date = "cast(started_at - " ~ idle ~ " as date)" -%}
{%- set last_date = "cast(ended_at + " ~ idle ~ " as date)" -%}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_spans',
        unique_key=[first_date, last_date],
        on_schema_change='fail',
    )
}}
-- One row per session: activities of a user with no pause longer than session_idle_minutes.
-- A session that crosses midnight stays one, dated by its start. So an incremental run takes apart
-- every session that touches a rebuilt day, or comes so close that it could grow into it, and
-- builds anew from that day's events and those of the sessions taken apart.
-- depends_on: {{ ref('int_rebuild_dates') }}, {{ ref('int_dates') }}
{%- set counts = [
    'n_activities', 'n_contents', 'n_interactions', 'n_relation_changes', 'n_messages_sent'
] %}
{%- set dates_to_read = dates_of_spans(first_date, last_date, 'started_at', 'ended_at') %}
with

events as (select * from {{ ref('int_user_events') }}),

{% if is_incremental() %}
touched_sessions as (
    select
        user_id,
        started_at,
        ended_at
    from {{ this }}
    where {{ touches_rebuild_dates(first_date, last_date) }}
),

events_in_reach as (
    select *
    from events
    where
        is_activity
        and event_date in ({{ dates_to_read }})
),

activities as (
    select events_in_reach.*
    from events_in_reach
    left join touched_sessions
        on
            events_in_reach.user_id = touched_sessions.user_id
            and events_in_reach.event_at >= touched_sessions.started_at
            and events_in_reach.event_at <= touched_sessions.ended_at
    where
        {{ in_rebuild_dates('events_in_reach.event_date') }}
        or touched_sessions.user_id is not null
),
{% else %}
activities as (
    select *
    from events
    where is_activity and event_date < {{ as_of() }}
),
{% endif %}

-- Activities of one stretch of the clock that is as long as the pause allowed belong together
-- whatever lies between them, so that only stretches are put in order, not events.
stretches as (
    select
        user_id,
        event_date,
        floor(
            (extract(hour from event_at) * 60 + extract(minute from event_at))
            / {{ var('session_idle_minutes') }}
        ) as stretch_number,
        min_by(surface, (event_at, surface)) as entry_surface,
        count(*) as n_activities,
        count(*) filter (where source = 'contents') as n_contents,
        count(*) filter (where source = 'interactions') as n_interactions,
        count(*) filter (where source = 'relations') as n_relation_changes,
        count(*) filter (where source = 'messages') as n_messages_sent,
        coalesce(sum(dwell_seconds), 0) as dwell_seconds,
        min(event_at) as started_at,
        max(event_at) as ended_at
    from activities
    group by user_id, event_date, stretch_number
),

followed as (
    select
        *,
        coalesce(
            started_at > lag(ended_at) over (partition by user_id order by started_at) + {{ idle }},
            true
        ) as is_start
    from stretches
),

numbered as (
    select
        *,
        sum(cast(is_start as integer)) over (
            partition by user_id
            order by started_at
            rows between unbounded preceding and current row
        ) as session_number
    from followed
),

summed_per_session as (
    select
        user_id,
        session_number,
        min_by(entry_surface, started_at) as entry_surface,
        {%- for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        round(sum(dwell_seconds), 3) as dwell_seconds,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered
    group by user_id, session_number
)

select
    -- ids
    user_id || '@' || cast(started_at as string) as session_id,
    user_id,

    -- text
    entry_surface,

    -- numerics
    {%- for count in counts %}
    {{ count }},
    {%- endfor %}
    dwell_seconds,
    {{ dbt.datediff('started_at', 'ended_at', 'second') }} as duration_seconds,

    -- booleans
    cast(started_at as date) < cast(ended_at as date) as has_crossed_midnight,

    -- dates
    cast(started_at as date) as session_date,

    -- timestamps
    started_at,
    ended_at
from summed_per_session
