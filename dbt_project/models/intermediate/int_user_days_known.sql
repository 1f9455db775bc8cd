-- One row per user and day on which the user did something: the changes of int_user_days that are
-- known as of the run, summed.
{%- set counts = [
    'n_events', 'n_activities', 'n_contents', 'n_interactions', 'n_posts', 'n_comments', 'n_images',
    'n_videos', 'n_views', 'n_clicks', 'n_likes_given', 'n_dislikes_given', 'n_shares', 'n_saves',
    'n_hides', 'n_reports', 'n_follows', 'n_unfollows', 'n_messages_sent', 'n_night_activities',
    'n_morning_activities', 'n_afternoon_activities', 'n_evening_activities', 'n_offer_views',
    'n_characters', 'n_replies_to_others', 'n_own_thread_comments'
] %}
with

days as (select * from {{ ref('int_user_days') }})

select
    user_id,
    {%- for count in counts %}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {%- endfor %}
    {{ sum_exactly('dwell_seconds') }} as dwell_seconds,
    sum(n_active_days) > 0 as is_active,
    activity_date,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from days
where activity_date < {{ as_of() }} and known_date < {{ as_of() }}
group by user_id, activity_date
having sum(n_events) > 0
