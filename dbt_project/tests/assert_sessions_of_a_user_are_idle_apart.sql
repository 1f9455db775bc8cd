-- Between two sessions of a user lie more than session_idle_minutes.
with

sessions as (select * from {{ ref('sessions') }}),

followed as (
    select
        user_id,
        session_id,
        ended_at,
        lead(started_at) over (
            partition by user_id
            order by started_at
        ) as next_started_at
    from sessions
)

select
    user_id,
    session_id,
    ended_at,
    next_started_at
from followed
where next_started_at <= ended_at + interval '{{ var("session_idle_minutes") }}' minute
