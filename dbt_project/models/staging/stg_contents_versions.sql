-- One row per landed version of a row of contents, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
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
qualify cast(published_at as date) = event_date
