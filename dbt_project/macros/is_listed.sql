{# Whether a column's value is in an operator's list: null lists everything, an empty list nothing. #}
{% macro is_listed(column, listed) -%}
    {%- if listed is none -%}
        {{ column }} is not null
    {%- elif listed | length == 0 -%}
        false
    {%- else -%}
        {{ column }} in (
            {%- for one in listed %}'{{ one | replace("'", "''") }}'{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}
