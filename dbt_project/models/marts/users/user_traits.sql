-- One row per user, trait and value that the 365 days before as_of give evidence of.
with

user_days as (select * from {{ ref('user_days') }}),

sessions as (select * from {{ ref('sessions') }}),

contents as (select * from {{ ref('contents') }}),

recent_days as (
    select
        *,
        {{ days_between("date '1970-01-05'", 'activity_date') }} % 7 + 1 as iso_weekday
    from user_days
    where activity_date >= {{ add_days(as_of(), -365) }}
),

recent_sessions as (
    select
        *,
        extract(hour from started_at) as start_hour
    from sessions
    where session_date >= {{ add_days(as_of(), -365) }}
),

recent_contents as (
    select *
    from contents
    where published_date >= {{ add_days(as_of(), -365) }} and not is_deleted
),

activity_per_weekday as (
    select
        user_id,
        iso_weekday,
        count(*) as n_active_days,
        sum(n_activities) as n_activities,
        sum(n_contents) as n_contents,
        sum(n_interactions) as n_interactions,
        sum(n_night_activities) as n_night,
        sum(n_morning_activities) as n_morning,
        sum(n_afternoon_activities) as n_afternoon,
        sum(n_evening_activities) as n_evening
    from recent_days
    group by user_id, iso_weekday
),

-- A reply is about what its thread is about.
tags_written_about as (
    select
        recent_contents.author_id as user_id,
        {{ explode_list('coalesce(recent_contents.tags, roots.tags)') }} as tag
    from recent_contents
    left join contents as roots
        on recent_contents.root_id = roots.content_id
    where recent_contents.author_id is not null
),

evidence as (
    {%- for day_part in ['night', 'morning', 'afternoon', 'evening'] %}
    select
        user_id,
        'day_part' as trait,
        '{{ day_part }}' as trait_value,
        sum(n_{{ day_part }}) as n_evidence
    from activity_per_weekday
    group by user_id
    union all
    {%- endfor %}
    select
        user_id,
        'weekday' as trait,
        cast(iso_weekday as string) as trait_value,
        n_active_days as n_evidence
    from activity_per_weekday
    union all
    select
        user_id,
        'hour' as trait,
        lpad(cast(start_hour as string), 2, '0') as trait_value,
        count(*) as n_evidence
    from recent_sessions
    group by user_id, start_hour
    union all
    select
        author_id as user_id,
        'content_kind' as trait,
        kind as trait_value,
        count(*) as n_evidence
    from recent_contents
    where author_id is not null
    group by author_id, kind
    union all
    select
        user_id,
        'tag' as trait,
        tag as trait_value,
        count(*) as n_evidence
    from tags_written_about
    group by user_id, tag
),

ranked as (
    select
        user_id,
        trait,
        trait_value,
        n_evidence,
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
    {{ as_of() }} as as_of_date
from ranked
