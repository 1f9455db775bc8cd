-- One row per pair of users of whom one has followed, blocked or muted the other: what holds as of
-- the run, which is the latest change of each kind.
with

relations as (select * from {{ ref('stg_relations') }}),

changes_ranked_per_kind as (
    select
        *,
        row_number() over (
            partition by actor_id, target_id, replace(verb, 'un', '')
            order by occurred_at desc, relation_id desc
        ) as n_from_latest
    from relations
)

select
    actor_id,
    target_id,
    coalesce(bool_or(verb = 'follow'), false) as is_following,
    coalesce(bool_or(verb = 'block'), false) as is_blocking,
    coalesce(bool_or(verb = 'mute'), false) as is_muting,
    max(case when verb = 'follow' then occurred_at end) as followed_at,
    max(occurred_at) as last_changed_at
from changes_ranked_per_kind
where n_from_latest = 1
group by actor_id, target_id
