-- Every activity of a user's days is in exactly one of the user's sessions.
with

user_days as (select * from {{ ref('user_days') }}),

sessions as (select * from {{ ref('sessions') }}),

activities_of_days as (
    select
        user_id,
        sum(n_activities) as n_activities
    from user_days
    group by user_id
),

activities_of_sessions as (
    select
        user_id,
        sum(n_activities) as n_activities
    from sessions
    group by user_id
)

select
    coalesce(activities_of_days.user_id, activities_of_sessions.user_id) as user_id,
    activities_of_days.n_activities as n_activities_of_days,
    activities_of_sessions.n_activities as n_activities_of_sessions
from activities_of_days
full outer join activities_of_sessions
    on activities_of_days.user_id = activities_of_sessions.user_id
where activities_of_days.n_activities is distinct from activities_of_sessions.n_activities
