-- One row per date, window (7 or 28 days ending with the date) and number of active days in it.
-- A user's number rises on an active day and falls when that day leaves the window; in between it
-- stays. So the distribution is summed from steps, and no user is counted date by date.
{%- set buckets = [] %}
{%- for window_days in [7, 28] %}
{%- for n_active_days in range(1, window_days + 1) %}
{%- do buckets.append('(' ~ window_days ~ ', ' ~ n_active_days ~ ')') %}
{%- endfor %}
{%- endfor %}
with

user_days as (select * from {{ ref('user_days') }}),

dates as (select * from {{ ref('int_dates') }}),

buckets (window_days, n_active_days) as (
    values {{ buckets | join(', ') }}
),

entries_and_exits as (
    {%- for window_days in [7, 28] %}
    select
        {{ window_days }} as window_days,
        user_id,
        activity_date,
        1 as step
    from user_days
    union all
    select
        {{ window_days }} as window_days,
        user_id,
        {{ add_days('activity_date', window_days) }} as activity_date,
        -1 as step
    from user_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

steps as (
    select
        window_days,
        user_id,
        activity_date,
        cast(sum(step) as integer) as step
    from entries_and_exits
    group by window_days, user_id, activity_date
    having sum(step) <> 0
),

levels as (
    select
        window_days,
        activity_date,
        step,
        cast(
            sum(step) over (
                partition by window_days, user_id
                order by activity_date
                rows between unbounded preceding and current row
            ) as integer
        ) as n_active_days
    from steps
),

moves as (
    select
        window_days,
        n_active_days,
        activity_date,
        1 as step
    from levels
    union all
    select
        window_days,
        n_active_days - step as n_active_days,
        activity_date,
        -1 as step
    from levels
),

first_dates as (select min(date_day) as first_date from dates),

-- What moved before the history that is kept counts from its first date on.
moves_per_date as (
    select
        moves.window_days,
        moves.n_active_days,
        greatest(moves.activity_date, first_dates.first_date) as activity_date,
        sum(moves.step) as step
    from moves
    cross join first_dates
    group by
        moves.window_days,
        moves.n_active_days,
        greatest(moves.activity_date, first_dates.first_date)
),

accumulated as (
    select
        buckets.window_days,
        buckets.n_active_days,
        dates.date_day as activity_date,
        sum(coalesce(moves_per_date.step, 0)) over (
            partition by buckets.window_days, buckets.n_active_days
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as n_users,
        {{ days_between('min(dates.date_day) over ()', 'dates.date_day') }} + 1
        >= buckets.window_days as is_complete
    from dates
    cross join buckets
    left join moves_per_date
        on
            dates.date_day = moves_per_date.activity_date
            and buckets.window_days = moves_per_date.window_days
            and buckets.n_active_days = moves_per_date.n_active_days
)

select
    -- numerics
    window_days,
    n_active_days,
    case when is_complete then cast(n_users as bigint) end as n_users,
    case
        when is_complete
            then
                n_users / nullif(
                    cast(
                        sum(n_users) over (partition by window_days, activity_date) as double
                    ),
                    0
                )
    end as share_active_users,

    -- booleans
    is_complete,

    -- dates
    activity_date
from accumulated
