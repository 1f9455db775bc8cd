-- One row per pair of users of whom one follows, blocks or mutes the other now.
with

relations as (select * from {{ ref('int_relations_current') }})

select
    actor_id,
    target_id,
    is_following,
    is_blocking,
    is_muting
from relations
where is_following or is_blocking or is_muting
