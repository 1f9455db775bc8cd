-- One row per landed version of a row of interactions, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'interactions') }}),

versions as (
    select
        interaction_id,
        actor_id,
        content_id,
        target_user_id,
        session_id,
        verb,
        surface,
        detail,
        dwell_seconds,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        occurred_at,
        loaded_at
    from landed
)

select
    interaction_id,
    actor_id,
    content_id,
    target_user_id,
    session_id,
    verb,
    surface,
    detail,
    dwell_seconds,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'interaction_id']) }} as superseded_date,
    occurred_at,
    loaded_at
from versions
qualify cast(occurred_at as date) = event_date
