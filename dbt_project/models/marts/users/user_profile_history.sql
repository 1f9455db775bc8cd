-- One row per user whose account is not closed and stretch of time in which the profile stood
-- still.
{%- set traits = [
    'activity_level', 'favourite_day_part', 'favourite_weekday', 'favourite_content_kind',
    'top_tag', 'recent_tag', 'country', 'language', 'plan', 'n_conversions'
] %}
with

steps as (select * from {{ ref('int_user_profile_steps') }}),

users as (
    select * from {{ ref('users') }}
    where not is_closed
),

steps_of_open_accounts as (
    select steps.*
    from steps
    inner join users
        on steps.user_id = users.user_id
),

steps_beside_the_one_before as (
    select
        *,
        {%- for trait in traits %}
        lag({{ trait }}) over (partition by user_id order by as_of_date) as previous_{{ trait }},
        {%- endfor %}
        row_number() over (partition by user_id order by as_of_date) as step_number
    from steps_of_open_accounts
),

changes as (
    select
        *,
        lead(as_of_date) over (
            partition by user_id
            order by as_of_date
        ) as next_change_date
    from steps_beside_the_one_before
    where
        step_number = 1
        {%- for trait in traits %}
        or {{ trait }} is distinct from previous_{{ trait }}
        {%- endfor %}
)

select
    -- ids
    user_id,

    -- text
    activity_level,
    favourite_day_part,
    favourite_content_kind,
    top_tag,
    recent_tag,
    country,
    language,
    plan,

    -- numerics
    favourite_weekday,
    n_conversions,

    -- booleans
    next_change_date is null as is_current,

    -- dates
    as_of_date as valid_from,
    next_change_date as valid_to
from changes
