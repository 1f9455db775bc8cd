{# How many events a day's row adds, less those that a later version takes back. #}
{% macro n_changes(condition) -%}
    cast(coalesce(sum(delta) filter (where {{ condition }}), 0) as bigint)
{%- endmacro %}
