-- One row per score, entity and as_of_date up to as_of. Learning replaces a day's file whole, so
-- that one version speaks per day; if two ever did, the test of the grain must fail here.
with

scores as (select * from {{ source('learning', 'scores') }})

select
    -- ids
    score_name,
    entity_id,

    -- text
    band,
    reasons,
    model_version,

    -- numerics
    score,

    -- dates
    as_of_date,

    -- timestamps
    expires_at
from scores
where as_of_date <= {{ as_of() }}
