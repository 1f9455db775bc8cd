-- One row per score and entity: its newest score, unless that has expired as of as_of.
with

scores as (select * from {{ ref('scores') }}),

ranked as (
    select
        *,
        row_number() over (
            partition by score_name, entity_id
            order by as_of_date desc
        ) as place
    from scores
)

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
from ranked
where place = 1 and expires_at > {{ as_of() }}
