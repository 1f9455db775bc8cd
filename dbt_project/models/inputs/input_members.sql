-- One row per user whose account is open: what the graph's learners know of it.
with

users as (select * from {{ ref('stg_users') }})

select
    user_id,
    country,
    language,
    cast(registered_at as date) as registered_date
from users
