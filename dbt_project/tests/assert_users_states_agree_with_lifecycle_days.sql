-- Users counted by their state are the last date of lifecycle_days, which is reckoned otherwise.
with

users as (select * from {{ ref('users') }}),

lifecycle_days as (select * from {{ ref('lifecycle_days') }}),

users_per_state as (
    select
        lifecycle_state,
        count(*) as n_users
    from users
    where lifecycle_state <> 'never_active'
    group by lifecycle_state
),

last_date as (
    select
        state,
        n_users
    from lifecycle_days
    where activity_date = {{ add_days(as_of(), -1) }} and n_users > 0
)

select
    coalesce(users_per_state.lifecycle_state, last_date.state) as lifecycle_state,
    users_per_state.n_users as n_users_of_users,
    last_date.n_users as n_users_of_lifecycle_days
from users_per_state
full outer join last_date
    on users_per_state.lifecycle_state = last_date.state
where users_per_state.n_users is distinct from last_date.n_users
