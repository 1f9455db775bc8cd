-- One row per user and as_of_date that a frame may ask about: registered and not deleted as known
-- on that date, and active or registered in the longest window of the frames' populations.
-- depends_on: {{ ref('int_rebuild_dates') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_as_of_dates',
    unique_key='as_of_date', on_schema_change='fail'
) }}
{%- set active_days = [var('churn_active_days'), var('conversion_candidate_days')] | max %}
with

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

days as (select * from {{ ref('int_user_days') }}),

users as (select * from {{ ref('stg_users_versions') }}),

standing as (
    select
        users.user_id,
        users.event_date as registered_date,
        as_of_dates.as_of_date
    from as_of_dates
    inner join users
        on
            users.event_date < as_of_dates.as_of_date
            and users.known_date < as_of_dates.as_of_date
    where
        (users.superseded_date is null or users.superseded_date >= as_of_dates.as_of_date)
        and (users.deleted_at is null or users.deleted_at >= as_of_dates.as_of_date)
),

active as (
    select distinct
        days.user_id,
        as_of_dates.as_of_date
    from as_of_dates
    inner join days
        on
            days.activity_date < as_of_dates.as_of_date
            and days.activity_date >= {{ add_days('as_of_dates.as_of_date', -active_days) }}
            and days.known_date < as_of_dates.as_of_date
    where days.n_active_days = 1
)

select
    standing.user_id,
    standing.registered_date,
    standing.as_of_date
from standing
left join active
    on
        standing.user_id = active.user_id
        and standing.as_of_date = active.as_of_date
where
    active.user_id is not null
    or standing.registered_date
    >= {{ add_days('standing.as_of_date', -var('conversion_candidate_days')) }}
