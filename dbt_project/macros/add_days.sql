{# A date so many days later; a negative number goes back. #}
{% macro add_days(a_date, n_days) -%}
    {{ adapter.dispatch('add_days')(a_date, n_days) }}
{%- endmacro %}

{% macro default__add_days(a_date, n_days) -%}
    ({{ a_date }} + cast({{ n_days }} as integer))
{%- endmacro %}

{% macro spark__add_days(a_date, n_days) -%}
    date_add({{ a_date }}, cast({{ n_days }} as int))
{%- endmacro %}
