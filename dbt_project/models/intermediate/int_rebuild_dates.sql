-- One row per event date that an incremental run must rebuild: what the pipeline says has landed
-- anew, and what has come to light since the last good build: rows that it held but could not know
-- yet, deeds to content that had not come, deletions that were to come. A full build asks for none.
-- What is new of a date is known from known_date on, so features as of that day or before stand.
{{ config(materialized='table') }}
-- depends_on: {{ ref('int_content_authors') }}
-- depends_on: {{ ref('stg_contents_versions') }}
-- depends_on: {{ source('pipeline', 'rebuild_dates') }}
{%- set user_days = built_before('int_user_days') -%}
{%- set reception_days = built_before('int_user_reception_days') -%}
{%- set content_days = built_before('int_content_days') -%}
{%- set references = built_before('int_unresolved_references') %}
{%- if none in [user_days, reception_days, content_days, references] %}
select
    {{ as_of() }} as event_date,
    {{ as_of() }} as known_date
where false
{%- else %}
with

news as (select * from {{ source('pipeline', 'rebuild_dates') }}),

authors as (select * from {{ ref('int_content_authors') }}),

contents as (select * from {{ ref('stg_contents_versions') }}),

landed_known as (
    select
        event_date,
        {{ known_date('loaded_at', 'event_date') }} as known_date
    from news
),

landed as (
    select
        coalesce(event_date, known_date) as event_date,
        known_date
    from landed_known
),

{# The pipeline asks for every date from the last good build's as_of on, so the run of dates that
   ends with the newest begins there or before. #}
landed_dates_ranked as (
    select
        event_date,
        row_number() over (order by event_date desc) as n_from_newest
    from landed
    where event_date < {{ as_of() }}
    group by event_date
),

last_build as (
    select min(event_date) as last_date
    from landed_dates_ranked
    where {{ add_days('event_date', 'n_from_newest') }} = {{ as_of() }}
),

late_rows as (
    select
        activity_date as event_date,
        known_date
    from {{ user_days }}
    where known_date > activity_date
    union all
    select
        activity_date as event_date,
        known_date
    from {{ reception_days }}
    where known_date > activity_date
    union all
    select
        activity_date as event_date,
        known_date
    from {{ content_days }}
    where known_date > activity_date
    union all
    select
        event_date,
        known_date
    from contents
    where known_date > event_date
    union all
    select
        event_date,
        cast(deleted_at as date) as known_date
    from contents
    where deleted_at is not null
),

come_to_light as (
    select
        late_rows.event_date,
        late_rows.known_date
    from late_rows
    cross join last_build
    where late_rows.known_date >= last_build.last_date and late_rows.known_date < {{ as_of() }}
),

resolved as (
    select
        unresolved.event_date,
        authors.known_date
    from {{ references }} as unresolved
    inner join authors
        on unresolved.content_id = authors.content_id
),

news_of_dates as (
    select * from landed
    union all
    select * from come_to_light
    union all
    select * from resolved
)

select
    event_date,
    min(known_date) as known_date
from news_of_dates
group by event_date
{%- endif %}
