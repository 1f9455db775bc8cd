-- One row per user who is registered as of the run, in its newest known version.
with

versions as (select * from {{ ref('stg_users_versions') }})

select
    user_id,
    kind,
    name,
    country,
    language,
    plan,
    account_number,
    event_date,
    known_date,
    registered_at,
    deleted_at,
    loaded_at
from versions
where
    {{ is_current() }}
    and (deleted_at is null or deleted_at >= {{ as_of() }})
