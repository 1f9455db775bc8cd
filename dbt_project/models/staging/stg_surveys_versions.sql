-- One row per landed version of a row of surveys, with the days between which it was known.
-- Where a version moves the event to another day it is landed on both: the old one's row ends there
-- and the new one's stands here, so that a few days can be read without the others.
with

landed as (select * from {{ source('contract', 'surveys') }}),

versions as (
    select
        survey_id,
        user_id,
        kind,
        text,
        score,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        answered_at,
        loaded_at
    from landed
)

select
    survey_id,
    user_id,
    kind,
    text,
    score,
    event_date,
    known_date,
    {{ superseded_date(['event_date', 'survey_id']) }} as superseded_date,
    answered_at,
    loaded_at
from versions
qualify cast(answered_at as date) = event_date
