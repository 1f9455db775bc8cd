{# A count of the rows of the last n_days before as_of_date; it wants the column days_ago, 1 for the
   day before. #}
{% macro n_in_window(column, n_days) -%}
    cast(coalesce(sum({{ column }}) filter (where days_ago <= {{ n_days }}), 0) as bigint)
{%- endmacro %}
