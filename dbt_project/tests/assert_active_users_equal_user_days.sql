-- DAU of every date, and WAU and MAU of the last one, are different users counted in user_days.
with

user_days as (select * from {{ ref('user_days') }}),

daily_metrics as (select * from {{ ref('daily_metrics') }}),

counted as (
    select
        daily_metrics.activity_date,
        'dau' as metric,
        daily_metrics.dau as published,
        count(distinct user_days.user_id) as counted
    from daily_metrics
    left join user_days
        on daily_metrics.activity_date = user_days.activity_date
    group by daily_metrics.activity_date, daily_metrics.dau
    {%- for metric, window_days in {'wau': 7, 'mau': 28}.items() %}
    union all
    select
        daily_metrics.activity_date,
        '{{ metric }}' as metric,
        daily_metrics.{{ metric }} as published,
        count(distinct user_days.user_id) as counted
    from daily_metrics
    left join user_days
        on user_days.activity_date >= {{ add_days(as_of(), -window_days) }}
    where
        daily_metrics.activity_date = {{ add_days(as_of(), -1) }}
        and daily_metrics.is_{{ metric }}_complete
    group by daily_metrics.activity_date, daily_metrics.{{ metric }}
    {%- endfor %}
)

select
    activity_date,
    metric,
    published,
    counted
from counted
where published <> counted
