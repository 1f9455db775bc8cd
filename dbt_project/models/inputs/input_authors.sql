-- One row per registered user: what learners compare groups of authors by.
with

users as (select * from {{ ref('stg_users') }})

select
    -- ids
    user_id,

    -- text
    country
from users
