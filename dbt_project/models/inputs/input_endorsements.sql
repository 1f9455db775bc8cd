-- One row per giver, receiver and event date of what speaks for somebody: the days that changed.
with

contents as (select * from {{ ref('stg_contents') }}),

interactions as (select * from {{ ref('stg_interactions') }}),

relations as (select * from {{ ref('stg_relations') }}),

endorsements as (
    select
        interactions.actor_id as giver_id,
        contents.author_id as receiver_id,
        interactions.event_date
    from interactions
    inner join contents on interactions.content_id = contents.content_id
    where interactions.verb in ('like', 'share', 'save')
    union all
    select
        replies.author_id as giver_id,
        contents.author_id as receiver_id,
        replies.event_date
    from contents as replies
    inner join contents on replies.reply_to_id = contents.content_id
    union all
    select
        actor_id as giver_id,
        target_id as receiver_id,
        event_date
    from relations
    where verb = 'follow'
)

select
    -- ids
    giver_id,
    receiver_id,

    -- numerics
    cast(count(*) as bigint) as n,

    -- dates
    event_date
from endorsements
where
    giver_id is not null
    and receiver_id is not null
    and giver_id != receiver_id
    and {{ in_planned_dates('event_date') }}
group by giver_id, receiver_id, event_date
