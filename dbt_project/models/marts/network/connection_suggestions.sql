-- One row per user and suggested user, for the users who acted in the 28 days before as_of_date.
with

learned as (select * from {{ source('learned', 'connection_suggestions') }})

select
    -- ids
    user_id,
    suggested_user_id,

    -- text
    reasons,

    -- numerics
    rank,
    probability_1d,
    probability_7d,
    probability_28d,

    -- dates
    as_of_date
from learned
where as_of_date = {{ as_of() }}
