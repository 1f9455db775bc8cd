-- One row per event date that an incremental run must rebuild: what the pipeline says has landed
-- anew, and what earlier runs left open: rows that they held but could not know yet, and deeds
-- to content that had not come. A full build asks for none.
{%- set days = built_before('int_user_days') -%}
{%- set references = built_before('int_unresolved_references') %}
with

landed as (
    {%- if flags.FULL_REFRESH or days is none %}
    select {{ as_of() }} as event_date
    where false
    {%- else %}
    select event_date from {{ source('pipeline', 'rebuild_dates') }}
    {%- endif %}
)
{%- if not flags.FULL_REFRESH and days is not none %},

last_built as (select max(activity_date) as last_date from {{ days }}),

become_known as (
    select days.activity_date as event_date
    from {{ days }} as days
    cross join last_built
    where days.known_date >= last_built.last_date and days.known_date > days.activity_date
)
{%- endif %}
{%- if not flags.FULL_REFRESH and references is not none %},

authors as (select * from {{ ref('int_content_authors') }}),

become_resolved as (
    select unresolved.event_date
    from {{ references }} as unresolved
    inner join authors
        on unresolved.content_id = authors.content_id
)
{%- endif %}

select event_date from landed
{%- if not flags.FULL_REFRESH and days is not none %}
union
select event_date from become_known
{%- endif %}
{%- if not flags.FULL_REFRESH and references is not none %}
union
select event_date from become_resolved
{%- endif %}
