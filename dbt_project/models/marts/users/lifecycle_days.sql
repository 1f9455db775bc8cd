-- One row per date and lifecycle state, over the 7 days that end with the date.
-- A user's active days are joined into spells without 7 idle days in a row; each spell is then a
-- handful of half-open spans of dates, one state each, and a date's count is what began less what
-- ended so far. So this costs a pass over user_days, not users times dates.
with

user_days as (select * from {{ ref('user_days') }}),

dates as (select * from {{ ref('int_dates') }}),

paused as (
    select
        user_id,
        activity_date,
        lag(activity_date) over (
            partition by user_id
            order by activity_date
        ) as previous_activity_date
    from user_days
),

numbered as (
    select
        *,
        count(*) filter (
            where {{ days_between('previous_activity_date', 'activity_date') }} > 7
        ) over (
            partition by user_id
            order by activity_date
            rows between unbounded preceding and current row
        ) as spell_number
    from paused
),

spells as (
    select
        user_id,
        spell_number,
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from numbered
    group by user_id, spell_number
),

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

spans as (
    select
        'new' as state,
        false as was_active,
        first_date as from_date,
        {{ add_days('first_date', 7) }} as until_date
    from neighboured
    where previous_forgotten_date is null
    union all
    select
        'retained' as state,
        true as was_active,
        {{ add_days('first_date', 7) }} as from_date,
        quiet_date as until_date
    from neighboured
    union all
    -- Back after a pause so short that the window before still holds the spell before.
    select
        'retained' as state,
        true as was_active,
        first_date as from_date,
        previous_forgotten_date as until_date
    from neighboured
    where previous_forgotten_date > first_date
    union all
    select
        'resurrected' as state,
        false as was_active,
        greatest(first_date, previous_forgotten_date) as from_date,
        {{ add_days('first_date', 7) }} as until_date
    from neighboured
    where previous_forgotten_date is not null
    union all
    select
        'dormant' as state,
        true as was_active,
        quiet_date as from_date,
        least(coalesce(next_first_date, {{ as_of() }}), {{ add_days('quiet_date', 7) }})
            as until_date
    from neighboured
    union all
    select
        'dormant' as state,
        false as was_active,
        {{ add_days('quiet_date', 7) }} as from_date,
        coalesce(next_first_date, {{ as_of() }}) as until_date
    from neighboured
),

changes as (
    select
        state,
        was_active,
        from_date as activity_date,
        1 as change
    from spans
    where from_date < until_date
    union all
    select
        state,
        was_active,
        until_date as activity_date,
        -1 as change
    from spans
    where from_date < until_date
),

changes_per_date as (
    select
        state,
        activity_date,
        sum(change) as n_users,
        sum(case when was_active then change else 0 end) as n_active_7_days_before
    from changes
    group by state, activity_date
),

states (state) as (
    values ('new'), ('retained'), ('resurrected'), ('dormant')
),

accumulated as (
    select
        dates.date_day as activity_date,
        states.state,
        sum(coalesce(changes_per_date.n_users, 0)) over (
            partition by states.state
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as n_users,
        sum(coalesce(changes_per_date.n_active_7_days_before, 0)) over (
            partition by states.state
            order by dates.date_day
            rows between unbounded preceding and current row
        ) as n_active_7_days_before,
        min(dates.date_day) over () as first_date
    from dates
    cross join states
    left join changes_per_date
        on
            dates.date_day = changes_per_date.activity_date
            and states.state = changes_per_date.state
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
