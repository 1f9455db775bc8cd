-- One row per actor, target, verb, day on which the actor did it to the target and the day that
-- first knows it, as changes like those of int_user_days: the days that changed.
with

events as (
    select * from {{ ref('int_user_reception_versions') }}
    where
        from_user_id is not null
        and {{ in_planned_dates('event_date') }}
),

signs as (
    select 1 as delta
    union all
    select -1 as delta
),

changes as (
    select
        events.from_user_id,
        events.user_id,
        events.verb,
        events.event_date,
        case when signs.delta = 1 then events.known_date else events.superseded_date end
            as known_date,
        signs.delta
    from events
    cross join signs
    where
        events.superseded_date is null and signs.delta = 1
        or events.superseded_date > events.known_date
)

select
    -- ids
    from_user_id as actor_id,
    user_id as target_id,

    -- text
    verb,

    -- numerics
    cast(sum(delta) as bigint) as n_events,

    -- dates
    event_date,
    known_date
from changes
where known_date < {{ as_of() }}
group by from_user_id, user_id, verb, event_date, known_date
having sum(delta) != 0
