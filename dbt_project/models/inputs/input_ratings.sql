-- One row per content, rater and event date on which it was seen or rated: the days that changed.
-- Votes of which the network does not name the voter have an empty rater. Nothing of the content is
-- asked here, so that a day stays what it was when the content of another day is taken away.
with

interactions as (
    select * from {{ ref('stg_interactions') }}
    where
        content_id is not null
        and verb in ('view', 'like', 'share', 'save', 'dislike', 'hide', 'report')
        and {{ in_planned_dates('event_date') }}
)

select
    -- ids
    content_id,
    coalesce(actor_id, '') as rater_id,

    -- numerics
    cast(sum(case when verb = 'view' then 1 else 0 end) as bigint) as n_views,
    cast(sum(case when verb in ('like', 'share', 'save') then 1 else 0 end) as bigint) as n_for,
    cast(
        sum(case when verb in ('dislike', 'hide', 'report') then 1 else 0 end) as bigint
    ) as n_against,

    -- dates
    event_date
from interactions
group by content_id, actor_id, event_date
