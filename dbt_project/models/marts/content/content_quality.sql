-- One row per content of the last 365 days: what it is worth as of the run.
with

qualities as (select * from {{ source('learned', 'content_quality') }})

select
    -- ids
    content_id,

    -- text
    basis,
    status,

    -- numerics
    early_quality,
    quality,
    quality_deviation,
    quality_percentile,
    popularity_percentile,
    viewpoint,
    n_raters,
    n_unnamed_votes,
    n_likes_shares_saves,
    readability,
    bait,
    spam,

    -- dates
    as_of_date
from qualities
