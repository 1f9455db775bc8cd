{# The Monday of the ISO week that a date lies in. #}
{% macro monday_of(date) -%}
    {{ add_days(date, '-(' ~ days_between("date '1970-01-05'", date) ~ ' % 7)') }}
{%- endmacro %}
