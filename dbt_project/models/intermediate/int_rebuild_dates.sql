-- One row per event date that an incremental run must rebuild: what the pipeline says has landed
-- anew, and what earlier runs left open: rows that they held but could not know yet, and deeds
-- to content that had not come. A full build asks for none.
{%- set days = built_before('int_user_days') -%}
{%- set references = built_before('int_unresolved_references') %}
{%- if days is none or references is none %}
select {{ as_of() }} as event_date
where false
{%- else %}
with

landed as (select * from {{ source('pipeline', 'rebuild_dates') }}),

authors as (select * from {{ ref('int_content_authors') }}),

built as (select max(activity_date) as last_date from {{ days }}),

become_known as (
    select days.activity_date as event_date
    from {{ days }} as days
    cross join built
    where days.known_date >= built.last_date and days.known_date > days.activity_date
),

become_resolved as (
    select unresolved.event_date
    from {{ references }} as unresolved
    inner join authors
        on unresolved.content_id = authors.content_id
)

select event_date from landed
union
select event_date from become_known
union
select event_date from become_resolved
{%- endif %}
