-- One row per row of interactions as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_interactions_versions') }})

select
    interaction_id,
    actor_id,
    content_id,
    target_user_id,
    session_id,
    verb,
    surface,
    detail,
    dwell_seconds,
    event_date,
    known_date,
    occurred_at,
    loaded_at
from versions
where
    {{ is_current() }}
