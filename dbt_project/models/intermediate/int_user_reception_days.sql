-- One row per user, day and the day that first knows it: what others and the network did to the
-- user, as changes like those of int_user_days.
-- depends_on: {{ ref('int_rebuild_dates') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_days', unique_key='activity_date',
    on_schema_change='fail'
) }}
{%- set counted_verbs = {
    'n_views_received': 'view', 'n_likes_received': 'like', 'n_dislikes_received': 'dislike',
    'n_shares_received': 'share', 'n_saves_received': 'save', 'n_accepts_received': 'accept',
    'n_awards_received': 'award', 'n_reports_received': 'report', 'n_replies_received': 'reply',
    'n_follows_received': 'follow', 'n_unfollows_received': 'unfollow',
    'n_messages_received': 'message', 'n_notifications_received': 'notify',
    'n_notifications_opened': 'open', 'n_notifications_clicked': 'click_notification',
    'n_unsubscribes': 'unsubscribe', 'n_campaign_notifications_received': 'notify_campaign'
} %}
with

receptions as (
    select * from {{ ref('int_user_reception_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

notifications as (
    select * from {{ ref('stg_notifications_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

events as (
    select
        user_id,
        source,
        verb,
        verb = 'award' and {{ is_listed('detail', var('presence_awards')) }} as is_presence_award,
        event_date,
        known_date,
        superseded_date
    from receptions
    union all
    select
        user_id,
        'notifications' as source,
        'notify' as verb,
        false as is_presence_award,
        event_date,
        known_date,
        superseded_date
    from notifications
    union all
    select
        user_id,
        'notifications' as source,
        'notify_campaign' as verb,
        false as is_presence_award,
        event_date,
        known_date,
        superseded_date
    from notifications
    where campaign is not null
    union all
    select
        user_id,
        'notifications' as source,
        'open' as verb,
        false as is_presence_award,
        event_date,
        known_date,
        superseded_date
    from notifications
    where opened_at is not null
    union all
    select
        user_id,
        'notifications' as source,
        'click_notification' as verb,
        false as is_presence_award,
        event_date,
        known_date,
        superseded_date
    from notifications
    where clicked_at is not null
    union all
    select
        user_id,
        'notifications' as source,
        'unsubscribe' as verb,
        false as is_presence_award,
        event_date,
        known_date,
        superseded_date
    from notifications
    where unsubscribed_at is not null
),

signed_events as (
    {{ signed('events') }}
)

select
    user_id,
    cast(sum(delta) as bigint) as n_events,
    {{ n_changes("source = 'interactions'") }} as n_interactions_received,
    {%- for name, verb in counted_verbs.items() %}
    {{ n_changes("verb = '" ~ verb ~ "'") }} as {{ name }},
    {%- endfor %}
    {{ n_changes('is_presence_award') }} as n_presence_awards_received,
    event_date as activity_date,
    change_date as known_date
from signed_events
group by user_id, event_date, change_date
