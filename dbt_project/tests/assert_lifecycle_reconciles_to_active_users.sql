-- New, retained and resurrected users together are the date's WAU.
with

lifecycle_days as (select * from {{ ref('lifecycle_days') }}),

daily_metrics as (select * from {{ ref('daily_metrics') }}),

active_per_date as (
    select
        activity_date,
        sum(n_users) as n_users
    from lifecycle_days
    where state <> 'dormant'
    group by activity_date
)

select
    daily_metrics.activity_date,
    daily_metrics.wau,
    active_per_date.n_users
from daily_metrics
left join active_per_date
    on daily_metrics.activity_date = active_per_date.activity_date
where
    daily_metrics.is_wau_complete
    and active_per_date.n_users is distinct from daily_metrics.wau
