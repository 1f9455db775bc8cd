-- One row per candidate and as_of_date: what others wrote, strictly before as_of_date and as known
-- then, in the threads that the user wrote in during the last 365 days.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

contents as (select * from {{ ref('int_content_authors') }}),

contents_counted_per_thread_day as (
    select
        thread_id,
        author_id,
        published_date,
        known_date,
        count(*) as n_contents
    from contents
    group by thread_id, author_id, published_date, known_date
),

threads as (
    select
        candidates.user_id,
        candidates.as_of_date,
        contents_counted_per_thread_day.thread_id,
        max(contents_counted_per_thread_day.published_date) as last_part_date
    from candidates
    inner join contents_counted_per_thread_day
        on
            candidates.user_id = contents_counted_per_thread_day.author_id
            and contents_counted_per_thread_day.published_date < candidates.as_of_date
            and contents_counted_per_thread_day.published_date
            >= {{ add_days('candidates.as_of_date', -365) }}
            and contents_counted_per_thread_day.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date, contents_counted_per_thread_day.thread_id
),

threads_counted as (
    select
        user_id,
        as_of_date,
        count(*) filter (where last_part_date >= {{ add_days('as_of_date', -28) }})
            as n_threads_28d,
        count(*) filter (where last_part_date >= {{ add_days('as_of_date', -90) }})
            as n_threads_90d,
        count(*) as n_threads_365d
    from threads
    group by user_id, as_of_date
),

contents_of_others as (
    select
        threads.user_id,
        threads.as_of_date,
        threads.last_part_date,
        contents_counted_per_thread_day.published_date,
        {{ days_between('contents_counted_per_thread_day.published_date', 'threads.as_of_date') }}
            as days_ago,
        contents_counted_per_thread_day.n_contents
    from threads
    inner join contents_counted_per_thread_day
        on
            threads.thread_id = contents_counted_per_thread_day.thread_id
            and threads.user_id != contents_counted_per_thread_day.author_id
            and contents_counted_per_thread_day.published_date < threads.as_of_date
            and contents_counted_per_thread_day.known_date < threads.as_of_date
),

contents_of_others_counted as (
    select
        user_id,
        as_of_date,
        {%- for window in [7, 28, 90, 365] %}
        {{ n_in_window('n_contents', window) }} as n_thread_contents_{{ window }}d,
        {%- endfor %}
        cast(
            coalesce(sum(n_contents) filter (where published_date > last_part_date), 0) as bigint
        ) as n_thread_contents_since_part,
        min(days_ago) as days_since_thread_content
    from contents_of_others
    group by user_id, as_of_date
)

select
    candidates.user_id,
    {%- for window in [28, 90, 365] %}
    coalesce(threads_counted.n_threads_{{ window }}d, 0) as n_threads_{{ window }}d,
    {%- endfor %}
    {%- for window in [7, 28, 90, 365] %}
    coalesce(contents_of_others_counted.n_thread_contents_{{ window }}d, 0)
        as n_thread_contents_{{ window }}d,
    {%- endfor %}
    coalesce(contents_of_others_counted.n_thread_contents_since_part, 0)
        as n_thread_contents_since_part,
    contents_of_others_counted.days_since_thread_content,
    candidates.as_of_date
from candidates
left join threads_counted
    on
        candidates.user_id = threads_counted.user_id
        and candidates.as_of_date = threads_counted.as_of_date
left join contents_of_others_counted
    on
        candidates.user_id = contents_of_others_counted.user_id
        and candidates.as_of_date = contents_of_others_counted.as_of_date
