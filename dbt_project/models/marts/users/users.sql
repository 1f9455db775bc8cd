-- One row per user who ever registered or was ever active, as of as_of. Whoever closed the account
-- keeps the row, so that cohorts do not shrink in hindsight, but not the attributes.
{%- set given = [
    'n_activities', 'n_contents', 'n_posts', 'n_comments', 'n_interactions', 'n_messages_sent'
] %}
{%- set received = ['n_likes_received', 'n_replies_received', 'n_messages_received'] %}
with

user_versions as (select * from {{ ref('stg_users_versions') }}),

user_days as (select * from {{ ref('user_days') }}),

reception_days as (select * from {{ ref('int_user_reception_days_known') }}),

follows as (select * from {{ ref('int_user_follows') }}),

conversions as (select * from {{ ref('int_user_conversions') }}),

accounts as (
    select
        *,
        coalesce(deleted_at < {{ as_of() }}, false) as is_closed
    from user_versions
    where {{ is_current() }}
),

open_accounts as (
    select *
    from accounts
    where not is_closed
),

aged_days as (
    select
        *,
        {{ days_between('activity_date', as_of()) }} - 1 as age_days
    from user_days
),

activity_per_user as (
    select
        user_id,
        count(*) as n_active_days,
        count(*) filter (where age_days < 7) as n_active_days_7d,
        count(*) filter (where age_days < 28) as n_active_days_28d,
        count(*) filter (where age_days >= 7 and age_days < 14) as n_active_days_week_before,
        sum(case when age_days < 28 then cast(power(2, age_days) as bigint) else 0 end)
            as activity_bitmap_28d,
        {%- for deeds in given %}
        sum({{ deeds }}) as {{ deeds }},
        {%- endfor %}
        min(activity_date) as first_active_date,
        max(activity_date) as last_active_date
    from aged_days
    group by user_id
),

reception_per_user as (
    select
        {%- for deeds in received %}
        sum({{ deeds }}) as {{ deeds }},
        {%- endfor %}
        user_id
    from reception_days
    group by user_id
),

conversions_per_user as (
    select
        user_id,
        count(*) as n_conversions,
        min(converted_at) as first_converted_at
    from conversions
    group by user_id
),

everyone as (
    select user_id
    from accounts
    union
    select user_id
    from activity_per_user
)

select
    -- ids
    everyone.user_id,

    -- text
    accounts.kind,
    open_accounts.country,
    open_accounts.language,
    open_accounts.plan,
    case
        when activity.first_active_date is null then 'never_active'
        when activity.n_active_days_7d = 0 then 'dormant'
        when activity.n_active_days_7d = activity.n_active_days then 'new'
        when activity.n_active_days_week_before > 0 then 'retained'
        else 'resurrected'
    end as lifecycle_state,

    -- numerics
    coalesce(activity.n_active_days, 0) as n_active_days,
    coalesce(activity.n_active_days_7d, 0) as n_active_days_7d,
    coalesce(activity.n_active_days_28d, 0) as n_active_days_28d,
    cast(coalesce(activity.activity_bitmap_28d, 0) as bigint) as activity_bitmap_28d,
    {%- for deeds in given %}
    cast(coalesce(activity.{{ deeds }}, 0) as bigint) as {{ deeds }},
    {%- endfor %}
    {%- for deeds in received %}
    cast(coalesce(reception.{{ deeds }}, 0) as bigint) as {{ deeds }},
    {%- endfor %}
    coalesce(follows.n_followers, 0) as n_followers,
    coalesce(follows.n_following, 0) as n_following,
    coalesce(conversions.n_conversions, 0) as n_conversions,
    {{ days_between('activity.last_active_date', as_of()) }} as days_since_last_active,

    -- booleans
    accounts.user_id is not null as is_registered,
    coalesce(accounts.is_closed, false) as is_closed,
    conversions.user_id is not null as is_converted,

    -- dates
    cast(accounts.registered_at as date) as registered_date,
    activity.first_active_date,
    activity.last_active_date,
    {{ as_of() }} as as_of_date,

    -- timestamps
    accounts.registered_at,
    case when accounts.is_closed then accounts.deleted_at end as closed_at,
    conversions.first_converted_at
from everyone
left join accounts
    on everyone.user_id = accounts.user_id
left join open_accounts
    on everyone.user_id = open_accounts.user_id
left join activity_per_user as activity
    on everyone.user_id = activity.user_id
left join reception_per_user as reception
    on everyone.user_id = reception.user_id
left join follows
    on everyone.user_id = follows.user_id
left join conversions_per_user as conversions
    on everyone.user_id = conversions.user_id
