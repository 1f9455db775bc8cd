{%- set funnels = var('funnels') -%}
{%- set days = (funnels.values() | map(attribute='window_days') | list + [0]) | max + 7 -%}
{%- set last_date = add_days('cohort_date', days) -%}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_spans',
        unique_key=['cohort_date', last_date],
        on_schema_change='fail',
    )
}}
-- One row per funnel, week of entry (Monday), user and step that the user reached in order.
-- A user enters with the first event of step 1 in a week. A later step is reached by the first
-- event of its kind that is another than the one before and not earlier, within window_days of the
-- entry.
-- An event can change the weeks from its own back by the longest window: these are built anew.
-- depends_on: {{ ref('int_rebuild_dates') }}
{%- set first_date = monday_of(add_days(first_rebuilt_date(), -days)) %}
with

events as (select * from {{ ref('int_user_events') }}),

users as (select * from {{ ref('stg_users_versions') }}),

conversions as (select * from {{ ref('int_user_conversions') }}),

happenings as (
    select
        user_id,
        event_id,
        source,
        verb,
        event_date,
        event_at
    from events
    where event_date < {{ as_of() }} and event_date >= {{ first_date }}
    union all
    select
        user_id,
        'registration ' || user_id as event_id,
        'registration' as source,
        'register' as verb,
        event_date,
        registered_at as event_at
    from users
    where {{ is_current() }} and event_date >= {{ first_date }}
    union all
    select
        user_id,
        'conversion ' || conversion_id as event_id,
        'conversions' as source,
        kind as verb,
        conversion_date as event_date,
        converted_at as event_at
    from conversions
    where
        conversion_date < {{ as_of() }}
        and known_date < {{ as_of() }}
        and conversion_date >= {{ first_date }}
)
{%- for name, funnel in funnels.items() %}
{%- for step in funnel.steps %},

{{ name }}_{{ loop.index }} as (
    {%- if loop.first %}
    select
        happenings.user_id,
        {{ monday_of('happenings.event_date') }} as cohort_date,
        min_by(happenings.event_id, (happenings.event_at, happenings.event_id)) as event_id,
        min(happenings.event_at) as entered_at,
        min(happenings.event_at) as reached_at
    from happenings
    where {{ is_funnel_step('happenings', step) }}
    group by happenings.user_id, {{ monday_of('happenings.event_date') }}
    {%- else %}
    select
        earlier.user_id,
        earlier.cohort_date,
        min_by(happenings.event_id, (happenings.event_at, happenings.event_id)) as event_id,
        min(earlier.entered_at) as entered_at,
        min(happenings.event_at) as reached_at
    from {{ name }}_{{ loop.index - 1 }} as earlier
    inner join happenings
        on
            earlier.user_id = happenings.user_id
            and earlier.event_id != happenings.event_id
            and earlier.reached_at <= happenings.event_at
            and happenings.event_at
            < earlier.entered_at + interval '{{ funnel.window_days }}' day
            and {{ is_funnel_step('happenings', step) }}
    group by earlier.user_id, earlier.cohort_date
    {%- endif %}
)
{%- endfor %}
{%- endfor %},

reached as (
    select
        cast(null as string) as funnel,
        cast(null as integer) as step,
        cast(null as string) as step_name,
        cast(null as string) as user_id,
        cast(null as date) as cohort_date,
        cast(null as timestamp) as entered_at,
        cast(null as timestamp) as reached_at
    where false
    {%- for name, funnel in funnels.items() %}
    {%- for step in funnel.steps %}
    union all
    select
        '{{ name }}' as funnel,
        {{ loop.index }} as step,
        '{{ step.name }}' as step_name,
        user_id,
        cohort_date,
        entered_at,
        reached_at
    from {{ name }}_{{ loop.index }}
    {%- endfor %}
    {%- endfor %}
)

select
    user_id,
    funnel,
    step_name,
    step,
    cohort_date,
    entered_at,
    reached_at
from reached
{%- if is_incremental() %}
where {{ touches_rebuild_dates('cohort_date', last_date) }}
{%- endif %}
