-- One row per candidate and as_of_date: how lively the whole network was strictly before
-- as_of_date, as known then; alike for all candidates of a date.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

days as (
    select
        activity_date,
        known_date,
        sum(n_active_days) as n_active_days
    from {{ ref('int_user_days') }}
    where n_active_days != 0
    group by activity_date, known_date
),

as_of_dates as (select distinct as_of_date from candidates),

days_before as (
    select
        as_of_dates.as_of_date,
        {{ days_between('days.activity_date', 'as_of_dates.as_of_date') }} as days_ago,
        days.n_active_days
    from as_of_dates
    inner join days
        on
            days.activity_date < as_of_dates.as_of_date
            and days.known_date < as_of_dates.as_of_date
),

liveliness as (
    select
        as_of_date,
        {{ n_in_window('n_active_days', 28) }} as n_active_days_28d,
        {{ n_in_window('n_active_days', 180) }} as n_active_days_180d,
        max(days_ago) as n_days_of_history
    from days_before
    group by as_of_date
)

select
    candidates.user_id,
    case
        when liveliness.n_days_of_history >= 180
            then liveliness.n_active_days_28d / nullif(liveliness.n_active_days_180d, 0)
    end as share_network_active_days_28d,
    candidates.as_of_date
from candidates
left join liveliness
    on candidates.as_of_date = liveliness.as_of_date
