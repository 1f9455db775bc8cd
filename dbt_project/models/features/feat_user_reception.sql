-- One row per candidate and as_of_date: how others and the network answered the user strictly
-- before as_of_date, as known then.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
{%- set windows = [7, 28, 90, 365] -%}
{%- set answers = [
    'interactions', 'views', 'likes', 'dislikes', 'shares', 'saves', 'accepts', 'awards',
    'replies', 'follows', 'messages', 'presence_awards'
] -%}
{%- set lifetime_answers = [
    'likes', 'dislikes', 'accepts', 'awards', 'replies', 'presence_awards'
] -%}
{%- set recent_answers = {
    'interactions': 'interaction', 'likes': 'like', 'awards': 'award', 'replies': 'reply',
    'messages': 'message', 'follows': 'follow', 'presence_awards': 'presence_award'
} %}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

activity as (select * from {{ ref('feat_user_activity') }}),

days as (
    select * from {{ ref('int_user_reception_days') }}
    where n_events != 0
),

days_before as (
    select
        candidates.as_of_date,
        {{ days_between('days.activity_date', 'candidates.as_of_date') }} as days_ago,
        activity.days_since_activity,
        days.*
    from candidates
    inner join activity
        on
            candidates.user_id = activity.user_id
            and candidates.as_of_date = activity.as_of_date
    inner join days
        on
            candidates.user_id = days.user_id
            and days.activity_date < candidates.as_of_date
            and days.known_date < candidates.as_of_date
),

reception as (
    select
        user_id,
        as_of_date,
        {%- for answer in answers %}
        {%- for window in windows %}
        {{ n_in_window('n_' ~ answer ~ '_received', window) }}
            as n_{{ answer }}_received_{{ window }}d,
        {%- endfor %}
        {%- endfor %}
        {%- for answer in lifetime_answers %}
        cast(sum(n_{{ answer }}_received) as bigint) as n_{{ answer }}_received_lifetime,
        {%- endfor %}
        {%- for answer, one in recent_answers.items() %}
        min(days_ago) filter (where n_{{ answer }}_received > 0) as days_since_{{ one }}_received,
        {%- endfor %}
        {%- for window in [7, 28] %}
        {{ n_in_window('n_notifications_received', window) }}
            as n_notifications_received_{{ window }}d,
        {{ n_in_window('n_notifications_opened', window) }}
            as n_notifications_opened_{{ window }}d,
        {{ n_in_window('n_campaign_notifications_received', window) }}
            as n_campaign_notifications_received_{{ window }}d,
        {%- endfor %}
        cast(sum(n_unsubscribes) as bigint) as n_unsubscribes_lifetime,
        {{ n_in_window('n_interactions_received', 'days_since_activity') }}
            as n_interactions_received_since_activity,
        {{ n_in_window('n_likes_received', 'days_since_activity') }}
            as n_likes_received_since_activity,
        {{ n_in_window('n_replies_received', 'days_since_activity') }}
            as n_replies_received_since_activity,
        {{ n_in_window('n_messages_received', 'days_since_activity') }}
            as n_messages_received_since_activity
    from days_before
    group by user_id, as_of_date
)

select
    candidates.user_id,
    {%- for answer in answers %}
    {%- for window in windows %}
    coalesce(reception.n_{{ answer }}_received_{{ window }}d, 0)
        as n_{{ answer }}_received_{{ window }}d,
    {%- endfor %}
    {%- endfor %}
    {%- for answer in lifetime_answers %}
    coalesce(reception.n_{{ answer }}_received_lifetime, 0) as n_{{ answer }}_received_lifetime,
    {%- endfor %}
    {%- for window in [7, 28] %}
    coalesce(reception.n_notifications_received_{{ window }}d, 0)
        as n_notifications_received_{{ window }}d,
    coalesce(reception.n_notifications_opened_{{ window }}d, 0)
        as n_notifications_opened_{{ window }}d,
    coalesce(reception.n_campaign_notifications_received_{{ window }}d, 0)
        as n_campaign_notifications_received_{{ window }}d,
    {%- endfor %}
    coalesce(reception.n_unsubscribes_lifetime, 0) as n_unsubscribes_lifetime,
    {%- for answer in ['interactions', 'likes', 'replies', 'messages'] %}
    coalesce(reception.n_{{ answer }}_received_since_activity, 0)
        as n_{{ answer }}_received_since_activity,
    {%- endfor %}
    reception.n_notifications_opened_28d / nullif(reception.n_notifications_received_28d, 0)
        as share_notifications_opened_28d,
    {%- for one in recent_answers.values() %}
    reception.days_since_{{ one }}_received,
    {%- endfor %}
    candidates.as_of_date
from candidates
left join reception
    on
        candidates.user_id = reception.user_id
        and candidates.as_of_date = reception.as_of_date
