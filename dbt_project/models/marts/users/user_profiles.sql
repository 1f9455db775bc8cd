-- One row per user whose account is not closed: the traits that user_traits gives most evidence of,
-- and how active and how connected the user is.
{%- set traits = ['day_part', 'hour', 'weekday', 'content_kind', 'tag'] %}
with

users as (select * from {{ ref('users') }}),

user_days as (select * from {{ ref('user_days') }}),

user_traits as (select * from {{ ref('user_traits') }}),

follows as (select * from {{ ref('int_user_follows') }}),

traits_per_user as (
    select
        {%- for trait in traits %}
        max(case when trait = '{{ trait }}' then trait_value end) as favourite_{{ trait }},
        max(case when trait = '{{ trait }}' then share_evidence end) as share_{{ trait }},
        max(case when trait = '{{ trait }}' then confidence end) as confidence_{{ trait }},
        {%- endfor %}
        user_id
    from user_traits
    where place = 1
    group by user_id
),

top_tags_per_user as (
    select
        user_id,
        array_agg(trait_value order by place) as top_tags
    from user_traits
    where trait = 'tag' and place <= 5
    group by user_id
),

activity_per_user as (
    select
        user_id,
        count(*) as n_active_days,
        sum(n_activities) as n_activities,
        sum(n_contents) as n_contents,
        max(case when n_contents > 0 then activity_date end) as last_published_date
    from user_days
    where activity_date >= {{ add_days(as_of(), -365) }}
    group by user_id
)

select
    -- ids
    users.user_id,

    -- text
    case
        when users.n_active_days_28d >= 21 then 'daily'
        when users.n_active_days_28d >= 8 then 'regular'
        when users.n_active_days_28d >= 1 then 'occasional'
        else 'inactive'
    end as activity_level,
    traits.favourite_day_part,
    traits.favourite_content_kind,
    top_tags.top_tags,

    -- numerics
    cast(traits.favourite_hour as integer) as favourite_hour,
    cast(traits.favourite_weekday as integer) as favourite_weekday,
    {%- for trait in traits %}
    traits.share_{{ trait }} as share_favourite_{{ trait }},
    coalesce(traits.confidence_{{ trait }}, 0) as confidence_{{ trait }},
    {%- endfor %}
    users.n_active_days_28d,
    coalesce(activity.n_active_days, 0) as n_active_days_365d,
    activity.n_activities / cast(activity.n_active_days as double)
        as avg_activities_per_active_day_365d,
    activity.n_contents / cast(nullif(activity.n_activities, 0) as double)
        as share_contents_365d,
    users.n_followers,
    users.n_following,
    coalesce(follows.n_mutual_follows, 0) as n_mutual_follows,

    -- dates
    users.last_active_date,
    activity.last_published_date,
    {{ as_of() }} as as_of_date
from users
left join traits_per_user as traits
    on users.user_id = traits.user_id
left join top_tags_per_user as top_tags
    on users.user_id = top_tags.user_id
left join activity_per_user as activity
    on users.user_id = activity.user_id
left join follows
    on users.user_id = follows.user_id
where not users.is_closed
