{# How active a user is, in a word, by L28: the active days of the 28 before. #}
{% macro activity_level(n_active_days_28d) -%}
    case
        when {{ n_active_days_28d }} >= 21 then 'daily'
        when {{ n_active_days_28d }} >= 8 then 'regular'
        when {{ n_active_days_28d }} >= 1 then 'occasional'
        else 'inactive'
    end
{%- endmacro %}
