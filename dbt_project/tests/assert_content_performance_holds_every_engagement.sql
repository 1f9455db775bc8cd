-- What content_days tells of the contents that stand is all in content_performance.
with

content_performance as (select * from {{ ref('content_performance') }}),

content_days as (select * from {{ ref('content_days') }}),

contents as (select * from {{ ref('contents') }}),

engagements_of_days as (
    select
        contents.content_id,
        coalesce(sum(content_days.n_engagements), 0) as n_engagements
    from contents
    left join content_days
        on contents.content_id = content_days.content_id
    where not contents.is_deleted
    group by contents.content_id
)

select
    engagements_of_days.content_id,
    engagements_of_days.n_engagements as n_engagements_of_days,
    content_performance.n_engagements as n_engagements_of_performance
from engagements_of_days
full outer join content_performance
    on engagements_of_days.content_id = content_performance.content_id
where engagements_of_days.n_engagements is distinct from content_performance.n_engagements
