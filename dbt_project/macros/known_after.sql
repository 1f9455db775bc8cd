{# A label: the value, or null while its horizon reaches past what the run knows. #}
{% macro known_after(value, as_of_date, horizon_days) -%}
    case
        when {{ add_days(as_of_date, horizon_days) }} <= {{ as_of() }} then {{ value }}
    end
{%- endmacro %}
