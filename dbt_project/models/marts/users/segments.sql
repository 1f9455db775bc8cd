-- One row per segmentation and segment, segments without anybody included.
with

segments as (select * from {{ source('learned', 'segments') }})

select
    -- ids
    segment_id,

    -- text
    segmentation,
    description,

    -- numerics
    n_users,
    share_users,

    -- dates
    as_of_date
from segments
where as_of_date = {{ as_of() }}
