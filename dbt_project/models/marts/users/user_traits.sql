-- One row per user, trait and value that the 365 days before as_of give evidence of.
{%- set since = add_days(as_of(), -365) %}
with

user_days as (
    select
        *,
        {{ days_between("date '1970-01-05'", 'activity_date') }} % 7 + 1 as iso_weekday
    from {{ ref('user_days') }}
    where activity_date >= {{ since }}
),

sessions as (
    select
        *,
        extract(hour from started_at) as start_hour
    from {{ ref('sessions') }}
    where session_date >= {{ since }}
),

contents as (select * from {{ ref('contents') }}),

recent_contents as (
    select * from contents
    where
        published_date >= {{ since }}
        and not is_deleted
        and author_id is not null
),

thread_days as (
    select * from {{ ref('int_user_thread_days') }}
    where
        activity_date >= {{ since }}
        and activity_date < {{ as_of() }}
        and known_date < {{ as_of() }}
),

content_topics as (select * from {{ ref('content_topics') }}),

content_sentiment as (
    select * from {{ ref('content_sentiment') }}
    where label is not null
),

notifications as (
    select
        *,
        cast(opened_at as date) as opened_date
    from {{ ref('stg_notifications') }}
    where
        opened_at < {{ as_of() }}
        and opened_at >= {{ since }}
),

-- A reply is about what its thread is about.
tags_written_about as (
    select
        recent_contents.author_id as user_id,
        {{ explode_list('coalesce(recent_contents.tags, roots.tags)') }} as tag,
        recent_contents.published_date
    from recent_contents
    left join contents as roots
        on recent_contents.root_id = roots.content_id
),

threads_per_window as (
    select
        user_id,
        thread_id,
        'topic' as trait,
        sum(n_deeds) as n_deeds,
        max(activity_date) as last_date
    from thread_days
    group by user_id, thread_id
    union all
    select
        user_id,
        thread_id,
        'recent_topic' as trait,
        sum(n_deeds) as n_deeds,
        max(activity_date) as last_date
    from thread_days
    where activity_date >= {{ add_days(as_of(), -28) }}
    group by user_id, thread_id
),

evidence as (
    {%- for day_part in ['night', 'morning', 'afternoon', 'evening'] %}
    select
        user_id,
        'day_part' as trait,
        '{{ day_part }}' as trait_value,
        sum(n_{{ day_part }}_activities) as n_evidence,
        max(case when n_{{ day_part }}_activities > 0 then activity_date end) as last_date
    from user_days
    group by user_id
    union all
    {%- endfor %}
    select
        user_id,
        'weekday' as trait,
        cast(iso_weekday as string) as trait_value,
        count(*) as n_evidence,
        max(activity_date) as last_date
    from user_days
    group by user_id, iso_weekday
    union all
    select
        user_id,
        'hour' as trait,
        lpad(cast(start_hour as string), 2, '0') as trait_value,
        count(*) as n_evidence,
        max(session_date) as last_date
    from sessions
    group by user_id, start_hour
    union all
    select
        user_id,
        'surface' as trait,
        entry_surface as trait_value,
        count(*) as n_evidence,
        max(session_date) as last_date
    from sessions
    where entry_surface is not null
    group by user_id, entry_surface
    union all
    select
        user_id,
        'channel' as trait,
        channel as trait_value,
        count(*) as n_evidence,
        max(opened_date) as last_date
    from notifications
    group by user_id, channel
    union all
    select
        author_id as user_id,
        'content_kind' as trait,
        kind as trait_value,
        count(*) as n_evidence,
        max(published_date) as last_date
    from recent_contents
    group by author_id, kind
    union all
    select
        recent_contents.author_id as user_id,
        'mood' as trait,
        content_sentiment.label as trait_value,
        count(*) as n_evidence,
        max(recent_contents.published_date) as last_date
    from recent_contents
    inner join content_sentiment
        on recent_contents.content_id = content_sentiment.content_id
    group by recent_contents.author_id, content_sentiment.label
    union all
    select
        user_id,
        'tag' as trait,
        tag as trait_value,
        count(*) as n_evidence,
        max(published_date) as last_date
    from tags_written_about
    group by user_id, tag
    union all
    select
        threads_per_window.user_id,
        threads_per_window.trait,
        content_topics.topic_id as trait_value,
        sum(threads_per_window.n_deeds) as n_evidence,
        max(threads_per_window.last_date) as last_date
    from threads_per_window
    inner join content_topics
        on threads_per_window.thread_id = content_topics.content_id
    group by threads_per_window.user_id, threads_per_window.trait, content_topics.topic_id
),

ranked as (
    select
        user_id,
        trait,
        trait_value,
        n_evidence,
        last_date,
        sum(n_evidence) over (partition by user_id, trait) as n_evidence_of_trait,
        row_number() over (
            partition by user_id, trait
            order by n_evidence desc, trait_value asc
        ) as place
    from evidence
    where n_evidence > 0
)

select
    -- ids
    user_id,

    -- text
    trait,
    trait_value,

    -- numerics
    cast(place as integer) as place,
    cast(n_evidence as bigint) as n_evidence,
    n_evidence / cast(n_evidence_of_trait as double) as share_evidence,
    round({{ wilson_lower_bound('n_evidence', 'n_evidence_of_trait') }}, 4) as confidence,

    -- dates
    last_date as last_evidence_date,
    {{ as_of() }} as as_of_date
from ranked
