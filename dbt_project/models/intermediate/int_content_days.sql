-- One row per piece of content, day and the day that first knows it: what was done to the content,
-- as changes like those of int_user_days.
-- depends_on: {{ ref('int_rebuild_dates') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_days', unique_key='activity_date',
    on_schema_change='fail'
) }}
{%- set counted_verbs = {
    'n_views': 'view', 'n_clicks': 'click', 'n_likes': 'like', 'n_dislikes': 'dislike',
    'n_shares': 'share', 'n_saves': 'save', 'n_hides': 'hide', 'n_reports': 'report',
    'n_accepts': 'accept', 'n_awards': 'award'
} %}
with

interactions as (
    select * from {{ ref('stg_interactions_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

contents as (
    select * from {{ ref('stg_contents_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

events as (
    select
        content_id,
        'interactions' as source,
        verb,
        dwell_seconds,
        event_date,
        known_date,
        superseded_date
    from interactions
    where content_id is not null
    union all
    select
        reply_to_id as content_id,
        'contents' as source,
        'reply' as verb,
        cast(null as double) as dwell_seconds,
        event_date,
        known_date,
        superseded_date
    from contents
    where reply_to_id is not null
),

signs as (
    select 1 as delta
    union all
    select -1 as delta
),

changes as (
    select
        events.content_id,
        events.source,
        events.verb,
        events.dwell_seconds * signs.delta as dwell_seconds,
        events.event_date as activity_date,
        case when signs.delta = 1 then events.known_date else events.superseded_date end
            as known_date,
        signs.delta
    from events
    cross join signs
    where
        events.superseded_date is null and signs.delta = 1
        or events.superseded_date > events.known_date
)

select
    content_id,
    cast(sum(delta) as bigint) as n_events,
    {{ n_changes("source = 'interactions'") }} as n_interactions,
    {%- for name, verb in counted_verbs.items() %}
    {{ n_changes("source = 'interactions' and verb = '" ~ verb ~ "'") }} as {{ name }},
    {%- endfor %}
    {{ n_changes("source = 'contents'") }} as n_replies,
    {{ sum_exactly('dwell_seconds') }} as dwell_seconds,
    activity_date,
    known_date
from changes
group by content_id, activity_date, known_date
