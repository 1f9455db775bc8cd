-- Those whom a date knows as active 7 days before are those who were active 7 days before.
with

lifecycle_days as (select * from {{ ref('lifecycle_days') }}),

totals_per_date as (
    select
        activity_date,
        sum(case when state <> 'dormant' then n_users else 0 end) as n_active_users,
        sum(n_active_7_days_before) as n_active_7_days_before
    from lifecycle_days
    group by activity_date
)

select
    later.activity_date,
    later.n_active_7_days_before,
    earlier.n_active_users
from totals_per_date as later
inner join totals_per_date as earlier
    on later.activity_date = {{ add_days('earlier.activity_date', 7) }}
where later.n_active_7_days_before <> earlier.n_active_users
