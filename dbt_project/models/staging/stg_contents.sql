-- One row per row of contents that stands as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_contents_versions') }})

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
    published_at,
    deleted_at,
    loaded_at
from versions
where
    {{ is_current() }}
    and (deleted_at is null or deleted_at >= {{ as_of() }})
