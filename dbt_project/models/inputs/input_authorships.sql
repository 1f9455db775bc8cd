-- One row per author, thread, event date and the day that first knows it: who wrote where, as the
-- first version of each content says; the days that changed.
with

contents as (
    select * from {{ ref('int_content_authors') }}
    where known_date < {{ as_of() }} and {{ in_planned_dates('published_date') }}
)

select
    -- ids
    author_id,
    thread_id,

    -- numerics
    cast(count(*) as bigint) as n_contents,

    -- dates
    published_date as event_date,
    known_date
from contents
group by author_id, thread_id, published_date, known_date
