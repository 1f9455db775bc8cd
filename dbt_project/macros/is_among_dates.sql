{# Whether a date is among those that a query gives. They are written out, because only literals let
   the engine skip the other days' files beneath the staging views' windows. #}
{% macro is_among_dates(column, query) -%}
    {%- set dates = run_query(query).columns[0].values() if execute else [] -%}
    {%- if dates | length == 0 -%}
        false
    {%- else -%}
        {{ column }} in (
            {%- for each in dates %}date '{{ each }}'{{ ', ' if not loop.last }}{% endfor -%}
        )
    {%- endif -%}
{%- endmacro %}
