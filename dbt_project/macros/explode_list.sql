{# In a select: one row per element of the list; a row with an empty list or none yields nothing. #}
{% macro explode_list(list) -%}
    {{ adapter.dispatch('explode_list')(list) }}
{%- endmacro %}

{% macro default__explode_list(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro spark__explode_list(list) -%}
    explode({{ list }})
{%- endmacro %}
