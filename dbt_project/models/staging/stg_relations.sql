-- One row per row of relations as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_relations_versions') }})

select
    relation_id,
    actor_id,
    target_id,
    verb,
    event_date,
    known_date,
    occurred_at,
    loaded_at
from versions
where
    {{ is_current() }}
