-- One row per user and stretch of dates as of which the account is known and open.
with

users as (select * from {{ ref('stg_users_versions') }}),

spans as (
    select
        user_id,
        {{ add_days('known_date', 1) }} as first_date,
        nullif(
            least(
                coalesce(superseded_date, date '9999-12-31'),
                coalesce(cast(deleted_at as date), date '9999-12-31')
            ),
            date '9999-12-31'
        ) as last_date
    from users
    where known_date < {{ as_of() }}
)

select
    user_id,
    first_date,
    last_date
from spans
where last_date is null or last_date >= first_date
