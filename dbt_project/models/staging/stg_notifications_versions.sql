-- One row per landed version of a row of notifications, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'notifications') }}),

versions as (
    select
        notification_id,
        user_id,
        channel,
        campaign,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        sent_at,
        opened_at,
        clicked_at,
        unsubscribed_at,
        loaded_at
    from landed
)

select
    notification_id,
    user_id,
    channel,
    campaign,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'notification_id']) }} as superseded_date,
    sent_at,
    opened_at,
    clicked_at,
    unsubscribed_at,
    loaded_at
from versions
qualify cast(sent_at as date) = event_date
