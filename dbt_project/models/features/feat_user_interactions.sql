-- One row per candidate and as_of_date: what the user did to others' content and to others strictly
-- before as_of_date, as known then.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
{%- set windows = [7, 28, 90] -%}
{%- set deeds = [
    'n_views', 'n_clicks', 'n_likes_given', 'n_dislikes_given', 'n_shares', 'n_saves', 'n_hides',
    'n_reports', 'n_follows', 'n_unfollows', 'n_messages_sent', 'n_offer_views'
] %}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

days as (
    select * from {{ ref('int_user_days') }}
    where n_events != n_contents
),

days_before as (
    {{ days_before('candidates', 'days') }}
),

interactions as (
    select
        user_id,
        as_of_date,
        {%- for deed in deeds %}
        {%- for window in windows %}
        {{ n_in_window(deed, window) }} as {{ deed }}_{{ window }}d,
        {%- endfor %}
        {%- endfor %}
        {%- for window in windows %}
        {{ sum_exactly('dwell_seconds', 'days_ago <= ' ~ window) }}
            as dwell_seconds_{{ window }}d,
        {%- endfor %}
        cast(sum(n_offer_views) as bigint) as n_offer_views_lifetime,
        cast(sum(n_saves) as bigint) as n_saves_lifetime,
        cast(sum(n_views) as bigint) as n_views_lifetime,
        cast(sum(n_likes_given) as bigint) as n_likes_given_lifetime,
        cast(sum(n_messages_sent) as bigint) as n_messages_sent_lifetime,
        count(distinct activity_date) as n_days_lifetime,
        min(days_ago) filter (where n_offer_views > 0) as days_since_offer_view,
        min(days_ago) filter (where n_saves > 0) as days_since_save,
        min(days_ago) filter (where n_messages_sent > 0) as days_since_message_sent
    from days_before
    group by user_id, as_of_date
)

select
    candidates.user_id,
    {%- for deed in deeds %}
    {%- for window in windows %}
    coalesce(interactions.{{ deed }}_{{ window }}d, 0) as {{ deed }}_{{ window }}d,
    {%- endfor %}
    {%- endfor %}
    {%- for window in windows %}
    coalesce(interactions.dwell_seconds_{{ window }}d, 0) as dwell_seconds_{{ window }}d,
    {%- endfor %}
    coalesce(interactions.n_offer_views_lifetime, 0) as n_offer_views_lifetime,
    coalesce(interactions.n_saves_lifetime, 0) as n_saves_lifetime,
    coalesce(interactions.n_views_lifetime, 0) as n_views_lifetime,
    coalesce(interactions.n_likes_given_lifetime, 0) as n_likes_given_lifetime,
    coalesce(interactions.n_messages_sent_lifetime, 0) as n_messages_sent_lifetime,
    interactions.n_offer_views_lifetime / nullif(interactions.n_days_lifetime, 0)
        as n_offer_views_per_day_lifetime,
    interactions.n_saves_28d / nullif(interactions.n_views_28d, 0) as n_saves_per_view_28d,
    interactions.n_saves_lifetime / nullif(interactions.n_views_lifetime, 0)
        as n_saves_per_view_lifetime,
    interactions.n_likes_given_28d / nullif(interactions.n_views_28d, 0) as n_likes_per_view_28d,
    interactions.dwell_seconds_28d / nullif(interactions.n_views_28d, 0)
        as avg_dwell_seconds_28d,
    interactions.days_since_offer_view,
    interactions.days_since_save,
    interactions.days_since_message_sent,
    candidates.as_of_date
from candidates
left join interactions
    on
        candidates.user_id = interactions.user_id
        and candidates.as_of_date = interactions.as_of_date
