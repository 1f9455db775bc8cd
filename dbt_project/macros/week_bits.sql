{# A bit for the week before as_of_date in which days_ago falls, the newest lowest; 62 weeks at most. #}
{% macro week_bit(days_ago) -%}
    {{ adapter.dispatch('week_bit')(days_ago) }}
{%- endmacro %}

{% macro default__week_bit(days_ago) -%}
    (cast(1 as bigint) << cast(least(({{ days_ago }} - 1) // 7, 61) as integer))
{%- endmacro %}

{% macro spark__week_bit(days_ago) -%}
    shiftleft(cast(1 as bigint), cast(least(({{ days_ago }} - 1) div 7, 61) as int))
{%- endmacro %}
