-- One row per tag, topic or keyword that is forecast over the 7 days from the run on.
with

forecasts as (select * from {{ source('learned', 'trend_forecasts') }})

select
    -- text
    kind,
    term,

    -- numerics
    n_voices_7d,
    forecast_next_7d,
    lower_next_7d,
    upper_next_7d,
    interval_coverage,
    measured_coverage,
    n_measured,

    -- dates
    as_of_date
from forecasts
