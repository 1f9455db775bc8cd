-- One row per content that stands as of the run, with its mood as a learner read it.
with

learned as (select * from {{ source('learned', 'content_sentiment') }})

select
    -- ids
    content_id,

    -- text
    language,
    label,
    abstained_because,
    model_version,

    -- numerics
    negative_probability,
    neutral_probability,
    positive_probability,
    text_score,
    image_pleasure,
    image_arousal,
    score,

    -- dates
    published_date
from learned
