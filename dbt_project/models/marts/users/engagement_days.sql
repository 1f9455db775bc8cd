-- One row per date, window (7 or 28 days that end with the date) and number of active days in it.
-- A user's number rises on an active day and falls when that day leaves the window; between two such
-- changes it stays. So the distribution is summed from changes, and no user is counted date by date.
with

user_days as (select * from {{ ref('user_days') }}),

dates as (select * from {{ ref('int_dates') }}),

windows (window_days) as (
    values (7), (28)
),

day_counts (n_active_days) as (
    select cast(date_day - date '1970-01-01' as integer)
    from dates
),
