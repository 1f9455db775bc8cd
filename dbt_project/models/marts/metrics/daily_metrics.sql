-- One row per date from the first activity to the day before as_of, quiet days included.
with

user_days as (select * from {{ ref('user_days') }}),

engagement_days as (select * from {{ ref('engagement_days') }}),

users as (select * from {{ ref('users') }}),

contents as (select * from {{ ref('contents') }}),

content_days as (select * from {{ ref('content_days') }}),

sessions as (select * from {{ ref('sessions') }}),

conversions as (select * from {{ ref('int_user_conversions') }}),

dates as (select * from {{ ref('int_dates') }}),

active_per_date as (
    select
        activity_date,
        count(*) as dau,
        sum(n_messages_sent) as n_messages
    from user_days
    group by activity_date
),

active_in_windows_per_date as (
    select
        activity_date,
        sum(case when window_days = 7 then n_users end) as wau,
        sum(case when window_days = 28 then n_users end) as mau
    from engagement_days
    group by activity_date
),

registered_per_date as (
    select
        registered_date,
        count(*) as n_new_users
    from users
    group by registered_date
),

published_per_date as (
    select
        published_date,
        count(*) as n_contents,
        count(*) filter (where kind = 'post') as n_posts,
        count(*) filter (where kind = 'comment') as n_comments
    from contents
    group by published_date
),

interacted_per_date as (
    select
        activity_date,
        sum(n_interactions) as n_interactions,
        sum(n_views) as n_views,
        sum(n_likes) as n_likes
    from content_days
    group by activity_date
),

sessions_per_date as (
    select
        session_date,
        count(*) as n_sessions,
        avg(duration_seconds) as avg_session_seconds
    from sessions
    group by session_date
),

converted_per_date as (
    select
        conversion_date,
        count(*) as n_conversions,
        count(distinct user_id) as n_converted_users
    from conversions
    group by conversion_date
)

select
    -- numerics
    coalesce(active_per_date.dau, 0) as dau,
    cast(active_in_windows_per_date.wau as bigint) as wau,
    cast(active_in_windows_per_date.mau as bigint) as mau,
    coalesce(active_per_date.dau, 0)
    / nullif(cast(active_in_windows_per_date.mau as double), 0) as stickiness,
    coalesce(registered_per_date.n_new_users, 0) as n_new_users,
    coalesce(published_per_date.n_contents, 0) as n_contents,
    coalesce(published_per_date.n_posts, 0) as n_posts,
    coalesce(published_per_date.n_comments, 0) as n_comments,
    cast(coalesce(interacted_per_date.n_interactions, 0) as bigint) as n_interactions,
    cast(coalesce(interacted_per_date.n_views, 0) as bigint) as n_views,
    cast(coalesce(interacted_per_date.n_likes, 0) as bigint) as n_likes,
    cast(coalesce(active_per_date.n_messages, 0) as bigint) as n_messages,
    coalesce(sessions_per_date.n_sessions, 0) as n_sessions,
    sessions_per_date.avg_session_seconds,
    coalesce(converted_per_date.n_conversions, 0) as n_conversions,
    coalesce(converted_per_date.n_converted_users, 0) as n_converted_users,

    -- booleans
    active_in_windows_per_date.wau is not null as is_wau_complete,
    active_in_windows_per_date.mau is not null as is_mau_complete,

    -- dates
    dates.date_day as activity_date
from dates
left join active_per_date
    on dates.date_day = active_per_date.activity_date
left join active_in_windows_per_date
    on dates.date_day = active_in_windows_per_date.activity_date
left join registered_per_date
    on dates.date_day = registered_per_date.registered_date
left join published_per_date
    on dates.date_day = published_per_date.published_date
left join interacted_per_date
    on dates.date_day = interacted_per_date.activity_date
left join sessions_per_date
    on dates.date_day = sessions_per_date.session_date
left join converted_per_date
    on dates.date_day = converted_per_date.conversion_date
