-- One row per week of registration (Monday) and period of 7 days since each user's registration.
-- Period 0 begins with the day of registration. A period is complete once it is over for whoever
-- registered on the cohort's last day; until then what it holds is null.
with

users as (select * from {{ ref('users') }}),

user_days as (select * from {{ ref('user_days') }}),

registered_users as (
    select
        user_id,
        registered_date,
        {{ monday_of('registered_date') }} as cohort_date
    from users
    where is_registered
),

cohorts as (
    select
        cohort_date,
        count(*) as n_users
    from registered_users
    group by cohort_date
),

active_periods as (
    select distinct
        registered_users.user_id,
        registered_users.cohort_date,
        cast(
            floor(
                {{ days_between('registered_users.registered_date', 'user_days.activity_date') }}
                / 7.0
            ) as integer
        ) as period
    from registered_users
    inner join user_days
        on
            registered_users.user_id = user_days.user_id
            and registered_users.registered_date <= user_days.activity_date
),

active_per_period as (
    select
        cohort_date,
        period,
        count(*) as n_active_users
    from active_periods
    group by cohort_date, period
),

last_periods as (
    select
        user_id,
        cohort_date,
        max(period) as period
    from active_periods
    group by user_id, cohort_date
),

last_active_per_period as (
    select
        cohort_date,
        period,
        count(*) as n_last_active_users
    from last_periods
    group by cohort_date, period
),

cohort_days as (
    {{ days_spine('(select min(cohort_date) from cohorts)', as_of()) }}
),

periods as (
    select cast(row_number() over (order by date_day) - 1 as integer) as period
    from cohort_days
    where {{ days_between("date '1970-01-05'", 'date_day') }} % 7 = 0
),

cells as (
    select
        cohorts.cohort_date,
        cohorts.n_users,
        periods.period,
        {{ add_days('cohorts.cohort_date', '7 * periods.period') }} < {{ as_of() }} as has_begun,
        {{ add_days('cohorts.cohort_date', '7 * periods.period + 13') }}
        <= {{ as_of() }} as is_complete
    from cohorts
    cross join periods
),

counted as (
    select
        cells.cohort_date,
        cells.period,
        cells.n_users,
        cells.is_complete,
        coalesce(active_per_period.n_active_users, 0) as n_retained_users,
        sum(coalesce(last_active_per_period.n_last_active_users, 0)) over (
            partition by cells.cohort_date
            order by cells.period desc
            rows between unbounded preceding and current row
        ) as n_retained_users_unbounded
    from cells
    left join active_per_period
        on
            cells.cohort_date = active_per_period.cohort_date
            and cells.period = active_per_period.period
    left join last_active_per_period
        on
            cells.cohort_date = last_active_per_period.cohort_date
            and cells.period = last_active_per_period.period
    where cells.has_begun
)

select
    -- numerics
    period,
    n_users,
    case when is_complete then n_retained_users end as n_retained_users,
    case when is_complete then cast(n_retained_users_unbounded as bigint) end
        as n_retained_users_unbounded,
    case when is_complete then n_retained_users / cast(n_users as double) end as share_retained,
    case when is_complete then n_retained_users_unbounded / cast(n_users as double) end
        as share_retained_unbounded,

    -- booleans
    is_complete,

    -- dates
    cohort_date
from counted
