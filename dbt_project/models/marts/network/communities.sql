-- One row per community of users, as of as_of_date.
with

learned as (select * from {{ source('learned', 'communities') }})

select
    -- ids
    community_id,

    -- text
    label,
    top_tags,
    change,
    merged_from,

    -- numerics
    n_users,
    n_ties,
    density,
    conductance,
    split_from,

    -- dates
    as_of_date
from learned
where as_of_date = {{ as_of() }}
