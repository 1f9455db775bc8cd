-- One row per day of the history: from the first thing a user did, at most history_days back, to
-- the day before as_of.
{{ config(materialized='table') }}
with

days as (select * from {{ ref('int_user_days') }}),

history as (
    select
        greatest(
            coalesce(min(activity_date), {{ as_of() }}),
            {{ add_days(as_of(), -var('history_days')) }}
        ) as first_date
    from days
    where activity_date < {{ as_of() }} and known_date < {{ as_of() }}
),

spine as ({{ days_spine('(select history.first_date from history)', as_of()) }})

select date_day
from spine
