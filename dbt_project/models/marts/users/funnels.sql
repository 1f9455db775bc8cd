-- One row per funnel, week of entry and step, steps that nobody reached included. What can still
-- grow, because somebody's window is open, is counted but its shares are null.
{%- set funnels = var('funnels') %}
with

reached as (select * from {{ ref('int_funnel_steps') }}),

steps as (
    select
        cast(null as string) as funnel,
        cast(null as integer) as step,
        cast(null as string) as step_name,
        cast(null as integer) as window_days
    where false
    {%- for name, funnel in funnels.items() %}
    {%- for step in funnel.steps %}
    union all
    select
        '{{ name }}' as funnel,
        {{ loop.index }} as step,
        '{{ step.name }}' as step_name,
        {{ funnel.window_days }} as window_days
    {%- endfor %}
    {%- endfor %}
),

cohorts as (
    select
        funnel,
        cohort_date,
        count(*) as n_entered
    from reached
    where step = 1
    group by funnel, cohort_date
),

counted as (
    select
        reached.funnel,
        reached.cohort_date,
        reached.step,
        count(*) as n_users,
        median({{ dbt.datediff('reached.entered_at', 'reached.reached_at', 'second') }}) / 3600.0
            as median_hours_since_entry
    from reached
    group by reached.funnel, reached.cohort_date, reached.step
),

cells as (
    select
        cohorts.funnel,
        cohorts.cohort_date,
        cohorts.n_entered,
        steps.step,
        steps.step_name,
        steps.window_days,
        coalesce(counted.n_users, 0) as n_users,
        counted.median_hours_since_entry,
        {{ add_days('cohorts.cohort_date', '7 + steps.window_days') }} <= {{ as_of() }}
            as is_complete
    from cohorts
    inner join steps
        on cohorts.funnel = steps.funnel
    left join counted
        on
            cohorts.funnel = counted.funnel
            and cohorts.cohort_date = counted.cohort_date
            and steps.step = counted.step
),

followed as (
    select
        *,
        lag(n_users) over (
            partition by funnel, cohort_date
            order by step
        ) as n_users_before
    from cells
)

select
    -- text
    funnel,
    step_name,

    -- numerics
    step,
    window_days,
    n_entered,
    n_users,
    case when is_complete then n_users / cast(n_entered as double) end as share_of_entered,
    case when is_complete then n_users / cast(nullif(n_users_before, 0) as double) end
        as share_of_step_before,
    case when is_complete then median_hours_since_entry end as median_hours_since_entry,

    -- booleans
    is_complete,

    -- dates
    cohort_date
from followed
