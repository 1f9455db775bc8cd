-- One row per actor, target, verb, day on which the actor did it to the target and the day that
-- first knows it, as changes like those of int_user_days: the days that changed.
with

events as (
    select * from {{ ref('int_user_reception_versions') }}
    where
        from_user_id is not null
        and {{ in_planned_dates('event_date') }}
),

signed_events as (
    {{ signed('events') }}
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
    change_date as known_date
from signed_events
where change_date < {{ as_of() }}
group by from_user_id, user_id, verb, event_date, change_date
having sum(delta) != 0
