-- Each cohort is the users who registered in its week, and every user is in one.
with

users as (select * from {{ ref('users') }}),

retention_cohorts as (select * from {{ ref('retention_cohorts') }}),

registered as (
    select count(*) as n_users
    from users
    where is_registered
),

in_cohorts as (
    select coalesce(sum(n_users), 0) as n_users
    from retention_cohorts
    where period = 0
)

select
    registered.n_users as n_users_registered,
    in_cohorts.n_users as n_users_in_cohorts
from registered
cross join in_cohorts
where registered.n_users <> in_cohorts.n_users
