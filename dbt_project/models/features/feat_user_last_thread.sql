-- One row per candidate and as_of_date: the thread that the user wrote in last, of the 365 days
-- before as_of_date: how old it was then, and what others wrote in it, as known on as_of_date.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

contents as (select * from {{ ref('int_content_authors') }}),

last_threads as (
    select
        candidates.user_id,
        candidates.as_of_date,
        max_by(contents.thread_id, (contents.published_date, contents.thread_id)) as thread_id,
        max(contents.published_date) as last_part_date
    from candidates
    inner join contents
        on
            candidates.user_id = contents.author_id
            and contents.published_date < candidates.as_of_date
            and contents.published_date >= {{ add_days('candidates.as_of_date', -365) }}
            and contents.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

contents_counted as (
    select
        last_threads.user_id,
        last_threads.as_of_date,
        {{ days_between('min(contents.published_date)', 'max(last_threads.last_part_date)') }}
            as last_thread_age_days,
        count(*) filter (where contents.author_id != last_threads.user_id)
            as n_last_thread_contents,
        count(*) filter (
            where contents.author_id != last_threads.user_id
            and contents.published_date > last_threads.last_part_date
        ) as n_last_thread_contents_since_part
    from last_threads
    inner join contents
        on
            last_threads.thread_id = contents.thread_id
            and contents.published_date < last_threads.as_of_date
            and contents.known_date < last_threads.as_of_date
    group by last_threads.user_id, last_threads.as_of_date
)

select
    candidates.user_id,
    coalesce(contents_counted.n_last_thread_contents, 0) as n_last_thread_contents,
    coalesce(contents_counted.n_last_thread_contents_since_part, 0)
        as n_last_thread_contents_since_part,
    contents_counted.last_thread_age_days,
    candidates.as_of_date
from candidates
left join contents_counted
    on
        candidates.user_id = contents_counted.user_id
        and candidates.as_of_date = contents_counted.as_of_date
