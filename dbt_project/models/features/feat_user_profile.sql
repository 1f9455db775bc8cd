-- One row per candidate and as_of_date: who the user is and whom they are tied to, as known
-- strictly before as_of_date.
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

{# Who comes with a higher number of the wider network proves that the lower ones were open by then;
   nobody's proof is known later than the user's own row. #}
users_with_account as (
    select
        *,
        case
            when account_number is not null
                then least(
                    event_date, min(known_date) over (order by account_number desc nulls last)
                )
        end as account_opened_date
    from users
),

profiles as (
    select
        candidates.user_id,
        candidates.as_of_date,
        coalesce(users_with_account.kind, 'person') as account_kind,
        users_with_account.country,
        users_with_account.language,
        users_with_account.plan,
        {{ days_between('users_with_account.event_date', 'candidates.as_of_date') }}
            as days_since_registration,
        {{ days_between('users_with_account.account_opened_date', 'candidates.as_of_date') }}
            as days_since_account_opened,
        {{ days_between(
            'users_with_account.account_opened_date', 'users_with_account.event_date'
        ) }}
            as n_days_account_before_registration,
        extract(hour from users_with_account.registered_at) as registration_hour
    from candidates
    inner join users_with_account
        on
            candidates.user_id = users_with_account.user_id
            and users_with_account.event_date < candidates.as_of_date
            and users_with_account.known_date < candidates.as_of_date
    where
        users_with_account.superseded_date is null
        or users_with_account.superseded_date >= candidates.as_of_date
),

plans_counted as (
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
)

select
    profiles.user_id,
    profiles.account_kind,
    profiles.country,
    profiles.language,
    profiles.plan,
    plans_counted.n_plans_lifetime,
    coalesce(following.n_following, 0) as n_following,
    coalesce(followers.n_followers, 0) as n_followers,
    profiles.registration_hour,
    profiles.account_kind = 'person' as is_person,
    lower(profiles.plan) not in ('', 'free', 'basic', 'none') as has_paid_plan,
    profiles.days_since_registration,
    profiles.days_since_account_opened,
    profiles.n_days_account_before_registration,
    profiles.as_of_date
from profiles
left join plans_counted
    on
        profiles.user_id = plans_counted.user_id
        and profiles.as_of_date = plans_counted.as_of_date
left join following
    on
        profiles.user_id = following.user_id
        and profiles.as_of_date = following.as_of_date
left join followers
    on
        profiles.user_id = followers.user_id
        and profiles.as_of_date = followers.as_of_date
