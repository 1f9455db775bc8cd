-- One row per actor and target with a deed that has not been forgotten, or a follow that holds,
-- as of as_of_date.
with

learned as (select * from {{ source('learned', 'tie_strengths') }})

select
    -- ids
    actor_id,
    target_id,

    -- numerics
    strength,
    strength_back,
    share_of_actor,
    reciprocity,
    n_deeds,
    n_deeds_28d,
    strength_of_words,
    strength_of_reactions,
    strength_of_shares,

    -- booleans
    is_following,

    -- dates
    first_date,
    last_date,
    as_of_date
from learned
where as_of_date = {{ as_of() }}
