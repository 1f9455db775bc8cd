-- One row per content and topic that it is about.
with

learned as (select * from {{ source('learned', 'content_topics') }})

select
    -- ids
    content_id,
    topic_id,

    -- text
    source,

    -- numerics
    rank,
    probability,
    taxonomy_version,

    -- dates
    published_date
from learned
