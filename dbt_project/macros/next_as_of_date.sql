{# The first as_of_date of the grid on which what came to be known on a date is known. #}
{% macro next_as_of_date(date) -%}
    {%- set step = var('as_of_step_days') -%}
    {{ add_days(date, step ~ ' - ' ~ days_between("date '1970-01-01'", date) ~ ' % ' ~ step) }}
{%- endmacro %}
