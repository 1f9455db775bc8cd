-- One row per row of notifications as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_notifications_versions') }})

select
    notification_id,
    user_id,
    channel,
    campaign,
    event_date,
    known_date,
    sent_at,
    opened_at,
    clicked_at,
    unsubscribed_at,
    loaded_at
from versions
where
    {{ is_current() }}
