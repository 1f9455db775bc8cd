-- One row per landed version of something a user did: wrote, interacted, followed, sent a message.
with

contents as (select * from {{ ref('stg_contents_versions') }}),

interactions as (select * from {{ ref('stg_interactions_versions') }}),

relations as (select * from {{ ref('stg_relations_versions') }}),

messages as (select * from {{ ref('stg_messages_versions') }}),

events as (
    select
        content_id as event_id,
        author_id as user_id,
        cast(null as string) as target_user_id,
        content_id,
        cast(null as string) as session_id,
        'contents' as source,
        kind as verb,
        cast(null as string) as surface,
        cast(length(body) as bigint) as n_characters,
        cast(null as double) as dwell_seconds,
        {{ is_listed('kind', var('activity_content_kinds')) }} as is_activity,
        event_date,
        known_date,
        superseded_date,
        published_at as event_at
    from contents
    where author_id is not null
    union all
    select
        interaction_id as event_id,
        actor_id as user_id,
        target_user_id,
        content_id,
        session_id,
        'interactions' as source,
        verb,
        surface,
        cast(null as bigint) as n_characters,
        dwell_seconds,
        {{ is_listed('verb', var('activity_verbs')) }} as is_activity,
        event_date,
        known_date,
        superseded_date,
        occurred_at as event_at
    from interactions
    where actor_id is not null
    union all
    select
        relation_id as event_id,
        actor_id as user_id,
        target_id as target_user_id,
        cast(null as string) as content_id,
        cast(null as string) as session_id,
        'relations' as source,
        verb,
        cast(null as string) as surface,
        cast(null as bigint) as n_characters,
        cast(null as double) as dwell_seconds,
        {{ is_listed('verb', var('activity_verbs')) }} as is_activity,
        event_date,
        known_date,
        superseded_date,
        occurred_at as event_at
    from relations
    union all
    select
        message_id as event_id,
        sender_id as user_id,
        recipient_id as target_user_id,
        cast(null as string) as content_id,
        cast(null as string) as session_id,
        'messages' as source,
        'message' as verb,
        cast(null as string) as surface,
        cast(null as bigint) as n_characters,
        cast(null as double) as dwell_seconds,
        {{ var('activity_messages') | lower }} as is_activity,
        event_date,
        known_date,
        superseded_date,
        sent_at as event_at
    from messages
)

select
    event_id,
    user_id,
    target_user_id,
    content_id,
    session_id,
    source,
    verb,
    surface,
    n_characters,
    dwell_seconds,
    is_activity,
    event_date,
    known_date,
    superseded_date,
    event_at
from events
