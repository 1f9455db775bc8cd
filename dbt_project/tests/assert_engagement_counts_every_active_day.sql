-- Users times their active days is the sum of DAU over the window.
with

engagement_days as (select * from {{ ref('engagement_days') }}),

daily_metrics as (select * from {{ ref('daily_metrics') }}),

active_days_per_window as (
    select
        activity_date,
        window_days,
        sum(n_users * n_active_days) as n_user_days
    from engagement_days
    where is_complete
    group by activity_date, window_days
),

summed_per_window as (
    select
        active_days_per_window.activity_date,
        active_days_per_window.window_days,
        active_days_per_window.n_user_days,
        sum(daily_metrics.dau) as sum_of_dau
    from active_days_per_window
    inner join daily_metrics
        on
            active_days_per_window.activity_date >= daily_metrics.activity_date
            and {{ add_days(
                'active_days_per_window.activity_date', '-active_days_per_window.window_days'
            ) }} < daily_metrics.activity_date
    group by
        active_days_per_window.activity_date,
        active_days_per_window.window_days,
        active_days_per_window.n_user_days
)

select
    activity_date,
    window_days,
    n_user_days,
    sum_of_dau
from summed_per_window
where n_user_days <> sum_of_dau
