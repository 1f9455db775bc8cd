{# The day whose end first knows a row: known as of D when loaded_at < D + export_lag_hours. #}
{% macro known_date(loaded_at, event_date) -%}
    greatest(
        cast({{ loaded_at }} - interval '{{ var("export_lag_hours") }}' hour as date), {{ event_date }}
    )
{%- endmacro %}
