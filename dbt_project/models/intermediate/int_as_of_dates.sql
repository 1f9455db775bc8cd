-- One row per as_of_date that frames hold: a grid anchored at a fixed day, so that it does not move
-- with the run, from one step after the first 28 days of history, and the run's own as_of.
{{ config(materialized='table') }}
with

days as (select * from {{ ref('int_dates') }}),

history as (select min(date_day) as first_date from days),

grid as (
    select days.date_day as as_of_date
    from days
    cross join history
    where
        {{ days_between("date '1970-01-01'", 'days.date_day') }} % {{ var('as_of_step_days') }} = 0
        and days.date_day >= {{ add_days('history.first_date', 28 + var('as_of_step_days')) }}
),

as_of_dates as (
    select as_of_date from grid
    union
    select {{ as_of() }} as as_of_date
)

select
    as_of_date,
    as_of_date = {{ as_of() }} as is_own
from as_of_dates
