{{
    config(
        materialized='incremental',
        incremental_strategy='replace_days',
        unique_key='published_date',
        on_schema_change='fail',
    )
}}
-- One row per content that was published before as_of, without its text; what was taken away
-- since keeps its row, so that counts of what was published do not shrink, but not its words.
-- depends_on: {{ ref('int_rebuild_dates') }}
with

versions as (select * from {{ ref('stg_contents_versions') }}),

current_versions as (
    select
        *,
        coalesce(deleted_at < {{ as_of() }}, false) as is_deleted
    from versions
    where {{ is_current() }} and {{ in_rebuild_dates('event_date') }}
)

select
    -- ids
    content_id,
    author_id,
    reply_to_id,
    coalesce(root_id, content_id) as root_id,

    -- text
    kind,
    case when not is_deleted then title end as title,
    case when not is_deleted then tags end as tags,
    language,

    -- numerics
    cast(coalesce(length(body), 0) as bigint) as n_characters,

    -- booleans
    reply_to_id is not null as is_reply,
    media_path is not null as has_media,
    is_deleted,

    -- dates
    event_date as published_date,

    -- timestamps
    published_at,
    case when is_deleted then deleted_at end as deleted_at,
    loaded_at
from current_versions
