-- One row per piece of content whose author is known: who wrote it, to whom and where, as its first
-- version says. Later versions change nothing here, so the past stays what it was; and of another
-- content's author only what was known when this one was.
{{ config(materialized='table') }}
with

contents as (select * from {{ ref('stg_contents_versions') }}),

first_versions as (
    select
        content_id,
        author_id,
        reply_to_id,
        coalesce(root_id, reply_to_id, content_id) as thread_id,
        event_date,
        known_date
    from contents
    qualify row_number() over (
        partition by content_id
        order by loaded_at, event_date, superseded_date
    ) = 1
)

select
    first_versions.content_id,
    first_versions.author_id,
    first_versions.thread_id,
    coalesce(answered.author_id != first_versions.author_id, false) as is_reply_to_other,
    coalesce(
        first_versions.reply_to_id is not null and threads.author_id = first_versions.author_id,
        false
    ) as is_in_own_thread,
    first_versions.event_date as published_date,
    first_versions.known_date
from first_versions
left join first_versions as answered
    on
        first_versions.reply_to_id = answered.content_id
        and first_versions.known_date >= answered.known_date
left join first_versions as threads
    on
        first_versions.thread_id = threads.content_id
        and first_versions.known_date >= threads.known_date
where first_versions.author_id is not null
