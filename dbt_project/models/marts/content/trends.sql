-- One row per grain, kind, term and period: what was told of it as of the run.
with

trends as (select * from {{ source('learned', 'trends') }})

select
    -- text
    grain,
    kind,
    term,

    -- numerics
    n_voices,
    n_accounts,
    expected_voices,
    lift,
    p_value,
    q_value,
    surprise,
    half_life_days,
    rank,

    -- booleans
    is_trending,

    -- dates
    as_of_date,

    -- timestamps
    period_start_at,
    onset_at
from trends
