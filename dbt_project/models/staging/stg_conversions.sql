-- One row per row of conversions as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_conversions_versions') }})

select
    conversion_id,
    user_id,
    kind,
    currency,
    amount,
    event_date,
    known_date,
    converted_at,
    loaded_at
from versions
where
    {{ is_current() }}
