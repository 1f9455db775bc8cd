-- One row per candidate and as_of_date: how often, how regularly and how lately the user was active
-- strictly before as_of_date, as known then.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
{%- set windows = [7, 28, 90, 180, 365] -%}
{%- set parts_of_day = ['night', 'morning', 'afternoon', 'evening'] %}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

active_days as (
    select
        *,
        case when n_active_days = 1 then activity_date end as active_date,
        {# what was known before the row, so that a late row does not change an earlier gap #}
        max(case when n_active_days = 1 then activity_date end) over (
            partition by user_id
            order by known_date, activity_date
            rows between unbounded preceding and 1 preceding
        ) as previous_active_date
    from {{ ref('int_user_days') }}
    where n_activities != 0
),

days as (
    select
        user_id,
        n_active_days,
        n_activities,
        {# 1970-01-05 was a Monday #}
        case
            when {{ days_between("date '1970-01-05'", 'activity_date') }} % 7 >= 5 then n_activities
            else 0
        end
            as n_weekend_activities,
        {%- for part in parts_of_day %}
        n_{{ part }}_activities,
        {%- endfor %}
        case
            when active_date > previous_active_date
                then {{ days_between('previous_active_date', 'active_date') }}
        end as gap_days,
        active_date,
        activity_date,
        known_date
    from active_days
),

days_before as (
    {{ days_before('candidates', 'days') }}
),

activity as (
    select
        user_id,
        as_of_date,
        {%- for window in windows %}
        {{ n_in_window('n_active_days', window) }} as n_active_days_{{ window }}d,
        {{ n_in_window('n_activities', window) }} as n_activities_{{ window }}d,
        {%- endfor %}
        cast(sum(n_active_days) as bigint) as n_active_days_lifetime,
        cast(sum(n_activities) as bigint) as n_activities_lifetime,
        {{ n_in_window('n_active_days', 14) }} as n_active_days_14d,
        {{ n_in_window('n_active_days', 56) }} as n_active_days_56d,
        {{ n_in_window('n_weekend_activities', 365) }} as n_weekend_activities_365d,
        {%- for part in parts_of_day %}
        {{ n_in_window('n_' ~ part ~ '_activities', 365) }} as n_{{ part }}_activities_365d,
        {%- endfor %}
        bit_or({{ week_bit('days_ago') }}) filter (where n_active_days = 1) as active_weeks,
        max(gap_days) filter (where days_ago <= 365) as max_gap_days_365d,
        count(gap_days) filter (where days_ago <= 365) as n_gaps_365d,
        sum(gap_days) filter (where days_ago <= 365) as sum_gap_days_365d,
        sum(gap_days * gap_days) filter (where days_ago <= 365) as sum_squared_gap_days_365d,
        max_by(gap_days, active_date) filter (where gap_days is not null) as last_gap_days,
        min_by(n_activities, active_date) filter (where active_date is not null)
            as n_activities_first_day,
        min(active_date) as first_active_date,
        max(active_date) as last_active_date
    from days_before
    group by user_id, as_of_date
)

select
    candidates.user_id,
    {%- for window in windows %}
    coalesce(activity.n_active_days_{{ window }}d, 0) as n_active_days_{{ window }}d,
    coalesce(activity.n_activities_{{ window }}d, 0) as n_activities_{{ window }}d,
    {%- endfor %}
    coalesce(activity.n_active_days_lifetime, 0) as n_active_days_lifetime,
    coalesce(activity.n_activities_lifetime, 0) as n_activities_lifetime,
    activity.n_activities_first_day,
    bit_count(coalesce(activity.active_weeks, 0) & 15) as n_active_weeks_28d,
    bit_count(coalesce(activity.active_weeks, 0) & 8191) as n_active_weeks_91d,
    bit_count(coalesce(activity.active_weeks, 0) & 4503599627370495) as n_active_weeks_364d,
    2 * activity.n_active_days_7d - activity.n_active_days_14d as change_in_active_days_7d,
    2 * activity.n_active_days_28d - activity.n_active_days_56d as change_in_active_days_28d,
    2 * activity.n_active_days_90d - activity.n_active_days_180d as change_in_active_days_90d,
    activity.n_activities_28d / nullif(activity.n_active_days_28d, 0)
        as n_activities_per_active_day_28d,
    activity.n_activities_365d / nullif(activity.n_active_days_365d, 0)
        as n_activities_per_active_day_365d,
    activity.n_active_days_lifetime / nullif(
        {{ days_between('activity.first_active_date', 'candidates.as_of_date') }}, 0
    ) as share_active_days_lifetime,
    activity.n_weekend_activities_365d / nullif(activity.n_activities_365d, 0)
        as share_weekend_activities_365d,
    {%- for part in parts_of_day %}
    activity.n_{{ part }}_activities_365d / nullif(activity.n_activities_365d, 0)
        as share_{{ part }}_activities_365d,
    {%- endfor %}
    activity.sum_gap_days_365d / activity.n_gaps_365d as avg_gap_days_365d,
    cast(activity.max_gap_days_365d as bigint) as max_gap_days_365d,
    {# from whole numbers: the engine's own depends on the order of the rows in its last digits #}
    case
        when activity.n_gaps_365d > 1 then sqrt(
            (
                activity.n_gaps_365d * activity.sum_squared_gap_days_365d
                - activity.sum_gap_days_365d * activity.sum_gap_days_365d
            ) / (activity.n_gaps_365d * (activity.n_gaps_365d - 1))
        )
    end as stddev_gap_days_365d,
    cast(activity.last_gap_days as bigint) as last_gap_days,
    {{ days_between('activity.last_active_date', 'candidates.as_of_date') }} * activity.n_gaps_365d
    / activity.sum_gap_days_365d as recency_in_gaps_365d,
    {{ days_between('activity.last_active_date', 'candidates.as_of_date') }} as days_since_activity,
    {{ days_between('activity.first_active_date', 'candidates.as_of_date') }}
        as days_since_first_activity,
    {{ days_between('candidates.registered_date', 'activity.first_active_date') }}
        as n_days_registration_to_first_activity,
    {{ days_between('activity.first_active_date', 'activity.last_active_date') }}
        as n_days_first_to_last_activity,
    candidates.as_of_date
from candidates
left join activity
    on
        candidates.user_id = activity.user_id
        and candidates.as_of_date = activity.as_of_date
