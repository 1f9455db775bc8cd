-- One row per segmentation, segment left, segment entered and week that ended 0 to 21 days back.
with

transitions as (select * from {{ source('learned', 'segment_transitions') }})

select
    -- ids
    from_segment_id,
    to_segment_id,

    -- text
    segmentation,

    -- numerics
    n_users,
    share_of_from,

    -- booleans
    from_segment_id = to_segment_id as is_staying,

    -- dates
    from_date,
    to_date
from transitions
where to_date <= {{ as_of() }}
