-- One row per user and spell: active days without 7 idle days in a row between them.
with

user_days as (
    select * from {{ ref('int_user_days_known') }}
    where is_active
),

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
)

select
    user_id,
    cast(spell_number as integer) as spell_number,
    min(activity_date) as first_date,
    max(activity_date) as last_date
from numbered
group by user_id, spell_number
