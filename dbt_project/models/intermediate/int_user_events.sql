-- One row per thing a user did, in the newest version that is known as of the run.
with

events as (select * from {{ ref('int_user_event_versions') }})

select
    event_id,
    user_id,
    target_user_id,
    content_id,
    session_id,
    source,
    verb,
    surface,
    n_characters,
    dwell_seconds,
    is_activity,
    event_date,
    known_date,
    event_at
from events
where {{ is_current() }}
