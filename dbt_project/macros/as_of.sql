{# The run's clock as a date literal: the run knows what happened strictly before this day. #}
{% macro as_of() -%}
    {%- if execute and var('as_of') is none -%}
        {{ exceptions.raise_compiler_error(
            "The variable as_of is not set; give it a date: --vars '{as_of: 2025-07-01}'."
        ) }}
    {%- endif -%}
    date '{{ var("as_of") or "1970-01-01" }}'
{%- endmacro %}
