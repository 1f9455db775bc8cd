-- One row per landed version of a user, with the days between which it was known.
-- A version that moves the registration to another day supersedes the old one all the same.
with

landed as (select * from {{ source('contract', 'users') }}),

versions as (
    select
        user_id,
        kind,
        name,
        country,
        language,
        plan,
        account_number,
        batch_id,
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date,
        registered_at,
        deleted_at,
        loaded_at
    from landed
)

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
    {{ superseded_date(['user_id']) }} as superseded_date,
    registered_at,
    deleted_at,
    loaded_at
from versions
