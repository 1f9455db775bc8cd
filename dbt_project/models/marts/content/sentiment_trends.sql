-- One row per topic, segment and UTC day: the mood as heard, and with the mix of authors fixed.
with

learned as (select * from {{ source('learned', 'sentiment_trends') }})

select
    -- ids
    topic_id,

    -- text
    segment_kind,
    segment,

    -- numerics
    n_contents,
    n_authors,
    raw_score,
    adjusted_score,
    adjusted_low,
    adjusted_high,
    composition_effect,
    level,
    change,
    change_strength,

    -- booleans
    is_change,

    -- dates
    published_date
from learned
