{# Whether this run hands the rows of an event date to learners: every date of a full build, else
   those that must be rebuilt. Unlike in_rebuild_dates it serves a view. #}
{% macro in_planned_dates(column) -%}
    {%- set rebuilt = ref('int_rebuild_dates') -%}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{ column }} < {{ as_of() }}
    {%- else -%}
        {%- set query -%}
            select event_date
            from {{ rebuilt }}
            where event_date < {{ as_of() }}
            order by event_date
        {%- endset -%}
        {{ is_among_dates(column, query) }}
    {%- endif -%}
{%- endmacro %}
