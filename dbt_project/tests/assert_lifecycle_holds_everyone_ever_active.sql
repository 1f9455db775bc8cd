-- The four states of a date together are all users whose first active day is not after it.
with

lifecycle_days as (select * from {{ ref('lifecycle_days') }}),

user_days as (select * from {{ ref('user_days') }}),

first_days as (
    select
        user_id,
        min(activity_date) as first_date
    from user_days
    group by user_id
),

users_per_date as (
    select
        activity_date,
        sum(n_users) as n_users
    from lifecycle_days
    group by activity_date
),

begun_per_date as (
    select
        users_per_date.activity_date,
        users_per_date.n_users,
        count(first_days.user_id) as n_users_begun
    from users_per_date
    left join first_days
        on users_per_date.activity_date >= first_days.first_date
    group by users_per_date.activity_date, users_per_date.n_users
)

select
    activity_date,
    n_users,
    n_users_begun
from begun_per_date
where n_users <> n_users_begun
