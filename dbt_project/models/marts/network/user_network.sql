-- One row per user with a tie to another that has not been forgotten, as of as_of_date.
with

learned as (select * from {{ source('learned', 'user_network') }})

select
    -- ids
    user_id,
    community_id,
    ring_id,

    -- numerics
    n_ties_out,
    n_ties_in,
    strength_out,
    strength_in,
    reciprocity,
    pagerank,
    core_number,
    betweenness,
    participation,
    n_bridge_ties,
    credibility,

    -- dates
    as_of_date
from learned
where as_of_date = {{ as_of() }}
