-- One row per row of assignments as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_assignments_versions') }})

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
    assigned_at,
    loaded_at
from versions
where
    {{ is_current() }}
