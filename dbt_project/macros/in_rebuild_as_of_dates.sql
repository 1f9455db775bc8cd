{# Whether an incremental run must build this as_of_date: it is after a rebuilt event date, or new. #}
{% macro in_rebuild_as_of_dates(column) -%}
    {%- if is_incremental() -%}
        (
            {{ column }} > (select min(event_date) from {{ ref('int_rebuild_dates') }})
            or {{ column }} not in (select as_of_date from {{ this }})
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
