-- One row per conversion that counts on this network, of the days before as_of.
with

conversions as (select * from {{ ref('int_user_conversions') }})

select
    -- ids
    conversion_id,
    user_id,

    -- text
    kind,
    currency,

    -- numerics
    amount,

    -- dates
    conversion_date,

    -- timestamps
    converted_at
from conversions
where conversion_date < {{ as_of() }}
