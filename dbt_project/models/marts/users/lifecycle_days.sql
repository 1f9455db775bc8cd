-- One row per date and lifecycle state, over the 7 days that end with the date.
-- A spell of activity is a handful of half-open spans of dates, one state each, and a date's count
-- is what began less what ended so far. So this costs a pass over spells, not users times dates.
with

spells as (select * from {{ ref('int_activity_spells') }}),

dates as (select * from {{ ref('int_dates') }}),

-- Active in the window from first_date to before quiet_date; in the window that ended 7 days
-- earlier, 7 days later.
neighboured as (
    select
        first_date,
        {{ add_days('last_date', 7) }} as quiet_date,
        lag({{ add_days('last_date', 14) }}) over (
            partition by user_id
            order by first_date
        ) as previous_forgotten_date,
        lead(first_date) over (
            partition by user_id
            order by first_date
        ) as next_first_date
    from spells
),

spans (state, was_active, from_date, until_date) as (
    select
        'new',
        false,
        first_date,
        {{ add_days('first_date', 7) }}
    from neighboured
    where previous_forgotten_date is null
    union all
    select
        'retained',
        true,
        {{ add_days('first_date', 7) }},
        quiet_date
    from neighboured
    union all
    -- Back after a pause so short that the window before still holds the spell before.
    select
        'retained',
        true,
        first_date,
        previous_forgotten_date
    from neighboured
    where previous_forgotten_date > first_date
    union all
    select
        'resurrected',
        false,
        greatest(first_date, previous_forgotten_date),
        {{ add_days('first_date', 7) }}
    from neighboured
    where previous_forgotten_date is not null
    union all
    select
        'dormant',
        true,
        quiet_date,
        least(coalesce(next_first_date, {{ as_of() }}), {{ add_days('quiet_date', 7) }})
    from neighboured
    union all
    select
        'dormant',
        false,
        {{ add_days('quiet_date', 7) }},
        coalesce(next_first_date, {{ as_of() }})
    from neighboured
),

steps as (
    select
        state,
        was_active,
        from_date as activity_date,
        1 as step
    from spans
    where from_date < until_date
    union all
    select
        state,
        was_active,
        until_date as activity_date,
        -1 as step
    from spans
    where from_date < until_date
),

first_dates as (select min(date_day) as first_date from dates),

-- What began or ended before the history that is kept counts from its first date on.
steps_per_date as (
    select
        steps.state,
        greatest(steps.activity_date, first_dates.first_date) as activity_date,
        sum(steps.step) as n_users,
        sum(case when steps.was_active then steps.step else 0 end) as n_active_7_days_before
    from steps
    cross join first_dates
    group by steps.state, greatest(steps.activity_date, first_dates.first_date)
),

states (state) as (
    values ('new'), ('retained'), ('resurrected'), ('dormant')
),

accumulated as (
    select
        dates.date_day as activity_date,
        states.state,
        sum(coalesce(steps_per_date.n_users, 0)) over (
            partition by states.state
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as n_users,
        sum(coalesce(steps_per_date.n_active_7_days_before, 0)) over (
            partition by states.state
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as n_active_7_days_before,
        min(dates.date_day) over () as first_date
    from dates
    cross join states
    left join steps_per_date
        on
            dates.date_day = steps_per_date.activity_date
            and states.state = steps_per_date.state
)

select
    -- text
    state,

    -- numerics
    cast(n_users as bigint) as n_users,
    cast(n_active_7_days_before as bigint) as n_active_7_days_before,

    -- booleans
    {{ days_between('first_date', 'activity_date') }} >= 13 as is_complete,

    -- dates
    activity_date
from accumulated
