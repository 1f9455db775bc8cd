-- One row per user and day on which others or the network did something to the user: the changes
-- of int_user_reception_days that are known as of the run, summed.
{%- set counts = [
    'n_events', 'n_interactions_received', 'n_views_received', 'n_likes_received',
    'n_dislikes_received', 'n_shares_received', 'n_saves_received', 'n_accepts_received',
    'n_awards_received', 'n_reports_received', 'n_replies_received', 'n_follows_received',
    'n_unfollows_received', 'n_messages_received', 'n_notifications_received',
    'n_notifications_opened', 'n_notifications_clicked', 'n_unsubscribes',
    'n_campaign_notifications_received', 'n_presence_awards_received'
] %}
with

days as (select * from {{ ref('int_user_reception_days') }})

select
    user_id,
    {%- for count in counts %}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {%- endfor %}
    activity_date
from days
where activity_date < {{ as_of() }} and known_date < {{ as_of() }}
group by user_id, activity_date
having sum(n_events) > 0
