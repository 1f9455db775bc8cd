-- Every user of `users` is in one group of every segmentation, and nobody else is.
-- An empty relation passes: then the learner was not available.
with

users as (select * from {{ ref('users') }}),

segments as (select * from {{ ref('user_segments') }}),

segmentations as (select distinct segmentation from segments),

wanted as (
    select
        users.user_id,
        segmentations.segmentation
    from users
    cross join segmentations
)

select
    wanted.user_id as wanted_user_id,
    segments.user_id as found_user_id
from wanted
full join segments
    on
        wanted.user_id = segments.user_id
        and wanted.segmentation = segments.segmentation
where wanted.user_id is null or segments.user_id is null
