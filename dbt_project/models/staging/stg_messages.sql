-- One row per row of messages as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_messages_versions') }})

select
    message_id,
    sender_id,
    recipient_id,
    event_date,
    known_date,
    sent_at,
    loaded_at
from versions
where
    {{ is_current() }}
