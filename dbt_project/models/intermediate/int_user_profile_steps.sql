-- One row per user and as_of_date of the grid on which the user's profile can have changed: since
-- the one before, something of the user came to be known or grew too old to count. What is told
-- was known strictly before as_of_date. Between its rows a profile stands still.
-- depends_on: {{ ref('int_rebuild_dates') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_later_as_of_dates',
    unique_key='as_of_date', on_schema_change='fail'
) }}
{%- set day_parts = {
    'n_afternoon_activities': 'afternoon', 'n_evening_activities': 'evening',
    'n_morning_activities': 'morning', 'n_night_activities': 'night'
} %}
{%- set kinds = {
    'n_comments': 'comment', 'n_images': 'image', 'n_posts': 'post', 'n_videos': 'video'
} %}
{%- set weekdays = {
    'n_monday': '1', 'n_tuesday': '2', 'n_wednesday': '3', 'n_thursday': '4', 'n_friday': '5',
    'n_saturday': '6', 'n_sunday': '7'
} %}
with

days as (select * from {{ ref('int_user_days') }}),

thread_days as (select * from {{ ref('int_user_thread_days') }}),

threads as (select * from {{ ref('int_threads') }}),

conversions as (
    {%- if var('conversion_source') == 'first_contribution' %}
    select
        user_id,
        min(known_date) as known_date,
        cast(null as date) as superseded_date
    from days
    where n_contents > 0
    group by user_id
    {%- else %}
    select
        user_id,
        known_date,
        superseded_date
    from {{ ref('stg_conversions_versions') }}
    where {{ is_listed('kind', var('conversion_kinds')) }}
    {%- endif %}
),

users as (select * from {{ ref('stg_users_versions') }}),

-- A day counts in a window of n days as of the dates up to n days later.
moments as (
    {%- for facts in ['days', 'thread_days'] %}
    select
        user_id,
        known_date as last_date_before
    from {{ facts }}
    union
    {%- for window in [28, 365] %}
    select
        user_id,
        {{ add_days('activity_date', window) }} as last_date_before
    from {{ facts }}
    union
    {%- endfor %}
    {%- endfor %}
    {%- for versions in ['conversions', 'users'] %}
    {%- for date in ['known_date', 'superseded_date'] %}
    select
        user_id,
        {{ date }} as last_date_before
    from {{ versions }}
    where {{ date }} is not null
    {{- '\n    union' if versions == 'conversions' or not loop.last }}
    {%- endfor %}
    {%- endfor %}
),

as_of_dates_of_moments as (
    select
        user_id,
        {{ next_as_of_date('last_date_before') }} as as_of_date
    from moments
),

steps as (
    select
        user_id,
        as_of_date
    from as_of_dates_of_moments
    where {{ in_later_as_of_dates('as_of_date') }}
    group by user_id, as_of_date
),

days_before as (
    select
        steps.user_id,
        steps.as_of_date,
        {%- for count in day_parts.keys() | list + kinds.keys() | list %}
        days.{{ count }},
        {%- endfor %}
        {{ days_between("date '1970-01-05'", 'days.activity_date') }} % 7 + 1 as iso_weekday,
        days.activity_date >= {{ add_days('steps.as_of_date', -28) }} as is_recent,
        days.n_active_days
    from steps
    inner join days
        on
            steps.user_id = days.user_id
            and steps.as_of_date > days.known_date
            and days.activity_date >= {{ add_days('steps.as_of_date', -365) }}
),

habits as (
    select
        user_id,
        as_of_date,
        {%- for count in day_parts.keys() | list + kinds.keys() | list %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        {%- for count, weekday in weekdays.items() %}
        sum(case when iso_weekday = {{ weekday }} then n_active_days else 0 end) as {{ count }},
        {%- endfor %}
        sum(case when is_recent then n_active_days else 0 end) as n_active_days_28d
    from days_before
    group by user_id, as_of_date
),

threads_before as (
    select
        steps.user_id,
        steps.as_of_date,
        thread_days.thread_id,
        sum(thread_days.n_deeds) as n_deeds_365d,
        sum(
            case
                when thread_days.activity_date >= {{ add_days('steps.as_of_date', -28) }}
                    then thread_days.n_deeds
                else 0
            end
        ) as n_deeds_28d
    from steps
    inner join thread_days
        on
            steps.user_id = thread_days.user_id
            and steps.as_of_date > thread_days.known_date
            and thread_days.activity_date >= {{ add_days('steps.as_of_date', -365) }}
    group by steps.user_id, steps.as_of_date, thread_days.thread_id
),

tags_before as (
    select
        threads_before.user_id,
        threads_before.as_of_date,
        threads_before.n_deeds_365d,
        threads_before.n_deeds_28d,
        {{ explode_list('threads.tags') }} as tag
    from threads_before
    inner join threads
        on threads_before.thread_id = threads.thread_id
),

tags_counted as (
    select
        user_id,
        as_of_date,
        tag,
        sum(n_deeds_365d) as n_deeds_365d,
        sum(n_deeds_28d) as n_deeds_28d
    from tags_before
    group by user_id, as_of_date, tag
),

tags_ranked as (
    select
        *,
        row_number() over (
            partition by user_id, as_of_date
            order by n_deeds_365d desc, tag asc
        ) as place,
        row_number() over (
            partition by user_id, as_of_date
            order by n_deeds_28d desc, tag asc
        ) as recent_place
    from tags_counted
),

interests as (
    select
        user_id,
        as_of_date,
        max(case when place = 1 and n_deeds_365d > 0 then tag end) as top_tag,
        max(case when recent_place = 1 and n_deeds_28d > 0 then tag end) as recent_tag
    from tags_ranked
    group by user_id, as_of_date
),

conversions_counted as (
    select
        steps.user_id,
        steps.as_of_date,
        count(*) as n_conversions
    from steps
    inner join conversions
        on
            steps.user_id = conversions.user_id
            and steps.as_of_date > conversions.known_date
    where
        conversions.superseded_date is null
        or conversions.superseded_date >= steps.as_of_date
    group by steps.user_id, steps.as_of_date
),

accounts as (
    select
        steps.as_of_date,
        users.*
    from steps
    inner join users
        on
            steps.user_id = users.user_id
            and steps.as_of_date > users.known_date
    where users.superseded_date is null or users.superseded_date >= steps.as_of_date
)

select
    steps.user_id,
    {{ activity_level('coalesce(habits.n_active_days_28d, 0)') }} as activity_level,
    {{ favourite_of(day_parts, 'habits.') }} as favourite_day_part,
    cast({{ favourite_of(weekdays, 'habits.') }} as integer) as favourite_weekday,
    {{ favourite_of(kinds, 'habits.') }} as favourite_content_kind,
    interests.top_tag,
    interests.recent_tag,
    accounts.country,
    accounts.language,
    accounts.plan,
    coalesce(conversions_counted.n_conversions, 0) as n_conversions,
    steps.as_of_date
from steps
left join habits
    on
        steps.user_id = habits.user_id
        and steps.as_of_date = habits.as_of_date
left join interests
    on
        steps.user_id = interests.user_id
        and steps.as_of_date = interests.as_of_date
left join conversions_counted
    on
        steps.user_id = conversions_counted.user_id
        and steps.as_of_date = conversions_counted.as_of_date
left join accounts
    on
        steps.user_id = accounts.user_id
        and steps.as_of_date = accounts.as_of_date
