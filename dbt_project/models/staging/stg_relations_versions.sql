-- One row per landed version of a row of relations, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'relations') }}),

versions as (
    select
        relation_id,
        actor_id,
        target_id,
        verb,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        occurred_at,
        loaded_at
    from landed
)

select
    relation_id,
    actor_id,
    target_id,
    verb,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'relation_id']) }} as superseded_date,
    occurred_at,
    loaded_at
from versions
qualify cast(occurred_at as date) = event_date
