-- One row per candidate and as_of_date: who the user is, whom they are tied to and what they
-- bought, as known strictly before as_of_date.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

users as (select * from {{ ref('stg_users_versions') }}),

days as (
    select * from {{ ref('int_user_days') }}
    where n_follows != 0 or n_unfollows != 0
),

reception_days as (
    select * from {{ ref('int_user_reception_days') }}
    where n_follows_received != 0 or n_unfollows_received != 0
),

conversions as (select * from {{ ref('stg_conversions_versions') }}),

assignments as (
    select * from {{ ref('stg_assignments_versions') }}
    where arm = 'treatment'
),

profiles as (
    select
        candidates.user_id,
        candidates.as_of_date,
        coalesce(users.kind, 'person') as account_kind,
        users.country,
        users.language,
        users.plan,
        {{ days_between('users.event_date', 'candidates.as_of_date') }} as days_since_registration,
        extract(hour from users.registered_at) as registration_hour
    from candidates
    inner join users
        on
            candidates.user_id = users.user_id
            and users.event_date < candidates.as_of_date
            and users.known_date < candidates.as_of_date
    where users.superseded_date is null or users.superseded_date >= candidates.as_of_date
),

versions_counted as (
    select
        candidates.user_id,
        candidates.as_of_date,
        count(distinct users.plan) as n_plans_lifetime
    from candidates
    inner join users
        on
            candidates.user_id = users.user_id
            and users.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

following as (
    select
        candidates.user_id,
        candidates.as_of_date,
        cast(sum(days.n_follows - days.n_unfollows) as bigint) as n_following
    from candidates
    inner join days
        on
            candidates.user_id = days.user_id
            and days.activity_date < candidates.as_of_date
            and days.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

followers as (
    select
        candidates.user_id,
        candidates.as_of_date,
        cast(
            sum(reception_days.n_follows_received - reception_days.n_unfollows_received) as bigint
        ) as n_followers
    from candidates
    inner join reception_days
        on
            candidates.user_id = reception_days.user_id
            and reception_days.activity_date < candidates.as_of_date
            and reception_days.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

purchases as (
    select
        candidates.user_id,
        candidates.as_of_date,
        count(distinct conversions.conversion_id) as n_conversions_lifetime,
        min({{ days_between('conversions.event_date', 'candidates.as_of_date') }})
            as days_since_conversion
    from candidates
    inner join conversions
        on
            candidates.user_id = conversions.user_id
            and conversions.event_date < candidates.as_of_date
            and conversions.known_date < candidates.as_of_date
    where
        conversions.superseded_date is null or conversions.superseded_date >= candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

treatments as (
    select
        candidates.user_id,
        candidates.as_of_date,
        count(distinct assignments.assignment_id) as n_treatments_28d,
        min({{ days_between('assignments.event_date', 'candidates.as_of_date') }})
            as days_since_treatment_28d
    from candidates
    inner join assignments
        on
            candidates.user_id = assignments.user_id
            and assignments.event_date < candidates.as_of_date
            and assignments.event_date >= {{ add_days('candidates.as_of_date', -28) }}
            and assignments.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
)

select
    profiles.user_id,
    profiles.account_kind,
    profiles.country,
    profiles.language,
    profiles.plan,
    versions_counted.n_plans_lifetime,
    coalesce(following.n_following, 0) as n_following,
    coalesce(followers.n_followers, 0) as n_followers,
    coalesce(purchases.n_conversions_lifetime, 0) as n_conversions_lifetime,
    coalesce(treatments.n_treatments_28d, 0) as n_treatments_28d,
    profiles.registration_hour,
    profiles.account_kind = 'person' as is_person,
    lower(profiles.plan) not in ('', 'free', 'basic', 'none') as has_paid_plan,
    profiles.days_since_registration,
    purchases.days_since_conversion,
    treatments.days_since_treatment_28d,
    profiles.as_of_date
from profiles
left join versions_counted
    on
        profiles.user_id = versions_counted.user_id
        and profiles.as_of_date = versions_counted.as_of_date
left join following
    on
        profiles.user_id = following.user_id
        and profiles.as_of_date = following.as_of_date
left join followers
    on
        profiles.user_id = followers.user_id
        and profiles.as_of_date = followers.as_of_date
left join purchases
    on
        profiles.user_id = purchases.user_id
        and profiles.as_of_date = purchases.as_of_date
left join treatments
    on
        profiles.user_id = treatments.user_id
        and profiles.as_of_date = treatments.as_of_date
