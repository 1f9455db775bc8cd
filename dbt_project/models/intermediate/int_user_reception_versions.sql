-- One row per landed version of something that others, or the network, did to a user. Deeds to
-- oneself are left out. A deed to content counts for its author from the day that knows both.
with

authors as (select * from {{ ref('int_content_authors') }}),

contents as (select * from {{ ref('stg_contents_versions') }}),

interactions as (select * from {{ ref('stg_interactions_versions') }}),

relations as (select * from {{ ref('stg_relations_versions') }}),

messages as (select * from {{ ref('stg_messages_versions') }}),

replies as (
    select
        contents.content_id as event_id,
        authors.author_id as user_id,
        contents.author_id as from_user_id,
        contents.content_id,
        'contents' as source,
        'reply' as verb,
        cast(null as string) as detail,
        contents.event_date,
        greatest(contents.known_date, authors.known_date) as known_date,
        case
            when contents.superseded_date is not null
                then greatest(contents.superseded_date, authors.known_date)
        end as superseded_date,
        contents.published_at as event_at
    from contents
    inner join authors
        on contents.reply_to_id = authors.content_id
),

interactions_with_receiver as (
    select
        interactions.interaction_id as event_id,
        coalesce(interactions.target_user_id, authors.author_id) as user_id,
        interactions.actor_id as from_user_id,
        interactions.content_id,
        'interactions' as source,
        interactions.verb,
        interactions.detail,
        interactions.event_date,
        case
            when interactions.target_user_id is not null then interactions.known_date
            else greatest(interactions.known_date, authors.known_date)
        end as known_date,
        case
            when interactions.target_user_id is not null or interactions.superseded_date is null
                then interactions.superseded_date
            else greatest(interactions.superseded_date, authors.known_date)
        end as superseded_date,
        interactions.occurred_at as event_at
    from interactions
    left join authors
        on interactions.content_id = authors.content_id
),

events as (
    select * from replies
    union all
    select * from interactions_with_receiver
    union all
    select
        relation_id as event_id,
        target_id as user_id,
        actor_id as from_user_id,
        cast(null as string) as content_id,
        'relations' as source,
        verb,
        cast(null as string) as detail,
        event_date,
        known_date,
        superseded_date,
        occurred_at as event_at
    from relations
    union all
    select
        message_id as event_id,
        recipient_id as user_id,
        sender_id as from_user_id,
        cast(null as string) as content_id,
        'messages' as source,
        'message' as verb,
        cast(null as string) as detail,
        event_date,
        known_date,
        superseded_date,
        sent_at as event_at
    from messages
)

select
    event_id,
    user_id,
    from_user_id,
    content_id,
    source,
    verb,
    detail,
    event_date,
    known_date,
    superseded_date,
    event_at
from events
where
    user_id is not null
    and (from_user_id is null or from_user_id != user_id)
