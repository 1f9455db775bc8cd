-- One row per landed version of a row of relations, with the days between which it was known.
-- Versions of a key share their event date, so that a few days can be read without the others.
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
