-- One row per landed version of a follow, block or mute, or of its end, with the days between which
-- it was known: the days that changed.
with

relations as (
    select * from {{ ref('stg_relations_versions') }}
    where
        known_date < {{ as_of() }}
        and (superseded_date is null or superseded_date > known_date)
        and {{ in_planned_dates('event_date') }}
)

select
    -- ids
    relation_id,
    actor_id,
    target_id,

    -- text
    verb,

    -- dates
    event_date,
    known_date,
    case when superseded_date < {{ as_of() }} then superseded_date end as superseded_date,

    -- timestamps
    occurred_at
from relations
