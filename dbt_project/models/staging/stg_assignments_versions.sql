-- One row per landed version of a row of assignments, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'assignments') }}),

versions as (
    select
        assignment_id,
        user_id,
        strategy,
        action,
        arm,
        propensity,
        cost,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        assigned_at,
        loaded_at
    from landed
)

select
    assignment_id,
    user_id,
    strategy,
    action,
    arm,
    propensity,
    cost,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'assignment_id']) }} as superseded_date,
    assigned_at,
    loaded_at
from versions
qualify cast(assigned_at as date) = event_date
