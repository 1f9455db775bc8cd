-- One row per actor, target, verb and day on which the actor did it to the target: the days that
-- changed.
with

events as (select * from {{ ref('int_user_reception_versions') }})

select
    -- ids
    from_user_id as actor_id,
    user_id as target_id,

    -- text
    verb,

    -- numerics
    cast(count(*) as bigint) as n_events,

    -- dates
    event_date
from events
where
    from_user_id is not null
    and {{ is_current() }}
    and {{ in_planned_dates('event_date') }}
group by from_user_id, user_id, verb, event_date
