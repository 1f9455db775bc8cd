-- One row per content that stands as of the run, with its words: the days that changed.
with

contents as (select * from {{ ref('stg_contents') }})

select
    -- ids
    content_id,
    author_id,
    reply_to_id,
    coalesce(root_id, content_id) as root_id,

    -- text
    kind,
    title,
    body,
    tags,
    language,
    media_path,

    -- dates
    event_date,

    -- timestamps
    published_at
from contents
where {{ in_planned_dates('event_date') }}
