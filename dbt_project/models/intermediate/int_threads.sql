-- One row per landed content that began a thread, as its first version says, like
-- int_content_authors.
{{ config(materialized='table') }}
with

contents as (
    select * from {{ ref('stg_contents_versions') }}
    where reply_to_id is null
)

select
    content_id as thread_id,
    tags,
    known_date
from contents
qualify row_number() over (
    partition by content_id
    order by loaded_at, event_date, superseded_date
) = 1
