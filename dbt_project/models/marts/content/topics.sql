-- One row per topic of the network's taxonomy, suggestions included.
with

learned as (select * from {{ source('learned', 'topics') }})

select
    -- ids
    topic_id,

    -- text
    name,
    status,
    tags,
    origin,

    -- numerics
    n_tags_given,
    taxonomy_version,

    -- dates
    since_date
from learned
