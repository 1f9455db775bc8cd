-- One row per landed version of a row of contents, with the days between which it was known.
-- Versions of a key share their event date, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'contents') }}),

versions as (
    select
        content_id,
        author_id,
        reply_to_id,
        root_id,
        kind,
        title,
        body,
        tags,
        language,
        media_path,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        published_at,
        deleted_at,
        loaded_at
    from landed
)

select
    content_id,
    author_id,
    reply_to_id,
    root_id,
    kind,
    title,
    body,
    tags,
    language,
    media_path,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'content_id']) }} as superseded_date,
    published_at,
    deleted_at,
    loaded_at
from versions
