-- One row per user who follows or is followed now.
with

relations as (select * from {{ ref('int_relations_current') }}),

follows as (
    select
        actor_id,
        target_id
    from relations
    where is_following
),

both_ends as (
    select
        follows.actor_id as user_id,
        1 as n_following,
        0 as n_followers,
        case when returned.actor_id is null then 0 else 1 end as n_mutual_follows
    from follows
    left join follows as returned
        on
            follows.actor_id = returned.target_id
            and follows.target_id = returned.actor_id
    union all
    select
        target_id as user_id,
        0 as n_following,
        1 as n_followers,
        0 as n_mutual_follows
    from follows
)

select
    user_id,
    cast(sum(n_following) as bigint) as n_following,
    cast(sum(n_followers) as bigint) as n_followers,
    cast(sum(n_mutual_follows) as bigint) as n_mutual_follows
from both_ends
group by user_id
