-- One row per landed version of a row of conversions, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'conversions') }}),

versions as (
    select
        conversion_id,
        user_id,
        kind,
        currency,
        amount,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        converted_at,
        loaded_at
    from landed
)

select
    conversion_id,
    user_id,
    kind,
    currency,
    amount,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'conversion_id']) }} as superseded_date,
    converted_at,
    loaded_at
from versions
qualify cast(converted_at as date) = event_date
