-- One row per row of int_user_content_days whose content and thread are landed: the thread that the
-- user took an interest in. A deed is known from the day that knows all three; endorsing what one
-- wrote oneself shows no interest.
with

content_days as (select * from {{ ref('int_user_content_days') }}),

contents as (select * from {{ ref('int_content_authors') }}),

threads as (select * from {{ ref('int_threads') }})

select
    content_days.user_id,
    content_days.content_id,
    contents.thread_id,
    case
        when contents.author_id = content_days.user_id then content_days.n_contents
        else content_days.n_contents + content_days.n_endorsements
    end as n_deeds,
    content_days.activity_date,
    greatest(content_days.known_date, contents.known_date, threads.known_date) as known_date
from content_days
inner join contents
    on content_days.content_id = contents.content_id
inner join threads
    on contents.thread_id = threads.thread_id
