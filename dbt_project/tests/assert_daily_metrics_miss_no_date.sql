-- daily_metrics, lifecycle_days and engagement_days have every date up to the day before as_of.
with

dated as (
    {%- for model, rows_per_date in {
        'daily_metrics': 1, 'lifecycle_days': 4, 'engagement_days': 35
    }.items() %}
    select
        '{{ model }}' as mart,
        {{ rows_per_date }} as rows_per_date,
        count(*) as n_rows,
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    mart,
    n_rows,
    first_date,
    last_date
from dated
where
    n_rows > 0
    and (
        last_date <> {{ add_days(as_of(), -1) }}
        or n_rows <> rows_per_date * ({{ days_between('first_date', 'last_date') }} + 1)
    )
