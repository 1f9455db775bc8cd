-- One row per user and segmentation: the group that the user is in as of the run.
with

members as (select * from {{ source('learned', 'user_segments') }}),

segments as (select * from {{ source('learned', 'segments') }})

select
    -- ids
    members.user_id,
    members.segment_id,

    -- text
    members.segmentation,
    segments.description,

    -- dates
    members.as_of_date
from members
left join segments
    on
        members.segmentation = segments.segmentation
        and members.segment_id = segments.segment_id
where members.as_of_date = {{ as_of() }}
