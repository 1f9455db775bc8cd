-- One row per user, day and the day that first knows it: what the user did, as changes. A version
-- that supersedes another takes its counts back, so a sum over known_date < D is what D knew.
-- depends_on: {{ ref('int_rebuild_dates') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_days', unique_key='activity_date',
    on_schema_change='fail'
) }}
{%- set counted_verbs = {
    'n_posts': 'post', 'n_comments': 'comment', 'n_images': 'image', 'n_videos': 'video',
    'n_views': 'view', 'n_clicks': 'click', 'n_likes_given': 'like', 'n_dislikes_given': 'dislike',
    'n_shares': 'share', 'n_saves': 'save', 'n_hides': 'hide', 'n_reports': 'report',
    'n_follows': 'follow', 'n_unfollows': 'unfollow', 'n_messages_sent': 'message'
} -%}
{%- set hours = {'night': 0, 'morning': 6, 'afternoon': 12, 'evening': 18} %}
with

events as (
    select * from {{ ref('int_user_event_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

contents as (select * from {{ ref('int_content_authors') }}),

signed_events as (
    {{ signed('events') }}
),

changes as (
    select
        signed_events.user_id,
        signed_events.source,
        signed_events.verb,
        signed_events.n_characters * signed_events.delta as n_characters,
        signed_events.dwell_seconds * signed_events.delta as dwell_seconds,
        signed_events.is_activity,
        {{ is_listed('signed_events.surface', var('conversion_surfaces')) }} as is_on_offer_surface,
        coalesce(contents.is_reply_to_other, false) as is_reply_to_other,
        coalesce(contents.is_in_own_thread, false) as is_in_own_thread,
        signed_events.event_date as activity_date,
        signed_events.change_date as known_date,
        signed_events.event_at,
        extract(hour from signed_events.event_at) as event_hour,
        signed_events.delta
    from signed_events
    left join contents
        on
            signed_events.source = 'contents'
            and signed_events.content_id = contents.content_id
),

changes_counted_per_day as (
    select
        user_id,
        activity_date,
        known_date,
        cast(sum(delta) as bigint) as n_events,
        {{ n_changes('is_activity') }} as n_activities,
        {{ n_changes("source = 'contents'") }} as n_contents,
        {{ n_changes("source = 'interactions'") }} as n_interactions,
        {%- for name, verb in counted_verbs.items() %}
        {{ n_changes("verb = '" ~ verb ~ "'") }} as {{ name }},
        {%- endfor %}
        {%- for name, hour in hours.items() %}
        {{ n_changes("is_activity and event_hour >= " ~ hour ~ " and event_hour < " ~ (hour + 6)) }}
            as n_{{ name }}_activities,
        {%- endfor %}
        {{ n_changes("is_reply_to_other") }} as n_replies_to_others,
        {{ n_changes("is_in_own_thread") }} as n_own_thread_comments,
        {{ n_changes("is_on_offer_surface") }} as n_offer_views,
        cast(coalesce(sum(n_characters), 0) as bigint) as n_characters,
        {{ sum_exactly('dwell_seconds') }} as dwell_seconds,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from changes
    group by user_id, activity_date, known_date
),

activities_known_so_far as (
    select
        *,
        sum(n_activities) over (
            partition by user_id, activity_date
            order by known_date
        ) as n_known_activities
    from changes_counted_per_day
)

select
    user_id,
    n_events,
    n_activities,
    case
        when n_known_activities > 0 and n_known_activities - n_activities <= 0 then 1
        when n_known_activities <= 0 and n_known_activities - n_activities > 0 then -1
        else 0
    end as n_active_days,
    n_contents,
    n_interactions,
    {%- for name in counted_verbs %}
    {{ name }},
    {%- endfor %}
    {%- for name in hours %}
    n_{{ name }}_activities,
    {%- endfor %}
    n_replies_to_others,
    n_own_thread_comments,
    n_offer_views,
    n_characters,
    dwell_seconds,
    activity_date,
    known_date,
    first_event_at,
    last_event_at
from activities_known_so_far
