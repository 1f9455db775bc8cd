-- One row per content, rater and event date on which it was seen or rated: the days that changed.
-- Votes of which the network does not name the voter have an empty rater.
with

contents as (select * from {{ ref('stg_contents') }}),

interactions as (
    select * from {{ ref('stg_interactions') }}
    where
        verb in ('view', 'like', 'share', 'save', 'dislike', 'hide', 'report')
        and {{ in_planned_dates('event_date') }}
)

select
    -- ids
    interactions.content_id,
    coalesce(interactions.actor_id, '') as rater_id,

    -- numerics
    cast(sum(case when interactions.verb = 'view' then 1 else 0 end) as bigint) as n_views,
    cast(
        sum(case when interactions.verb in ('like', 'share', 'save') then 1 else 0 end) as bigint
    ) as n_for,
    cast(
        sum(case when interactions.verb in ('dislike', 'hide', 'report') then 1 else 0 end)
        as bigint
    ) as n_against,

    -- dates
    interactions.event_date
from interactions
inner join contents on interactions.content_id = contents.content_id
where coalesce(interactions.actor_id, '') != coalesce(contents.author_id, '-')
group by interactions.content_id, interactions.actor_id, interactions.event_date
