-- One row per row of surveys as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_surveys_versions') }})

select
    survey_id,
    user_id,
    kind,
    text,
    score,
    event_date,
    known_date,
    answered_at,
    loaded_at
from versions
where
    {{ is_current() }}
