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

signed_events as (
    {{ signed('events') }}
)

select
    content_id,
    cast(sum(delta) as bigint) as n_events,
    {{ n_changes("source = 'interactions'") }} as n_interactions,
    {%- for name, verb in counted_verbs.items() %}
    {{ n_changes("source = 'interactions' and verb = '" ~ verb ~ "'") }} as {{ name }},
    {%- endfor %}
    {{ n_changes("source = 'contents'") }} as n_replies,
    {{ sum_exactly('dwell_seconds * delta') }} as dwell_seconds,
    event_date as activity_date,
    change_date as known_date
from signed_events
group by content_id, event_date, change_date
