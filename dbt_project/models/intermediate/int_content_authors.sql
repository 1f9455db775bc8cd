-- One row per piece of content whose author is known: who wrote it, as its first version says, and
-- the day that first knows. Later versions change nothing here, so the past stays what it was.
{{ config(materialized='table') }}
with

contents as (select * from {{ ref('stg_contents_versions') }})

select
    content_id,
    min_by(author_id, loaded_at) as author_id,
    min_by(coalesce(root_id, reply_to_id, content_id), loaded_at) as thread_id,
    min(event_date) as published_date,
    min(known_date) as known_date
from contents
where author_id is not null
group by content_id
