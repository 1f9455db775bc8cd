{# Whether an incremental run must rebuild this event date. The dates are written out, because only
   literals let the engine skip the other days' files beneath the staging views' windows. #}
{% macro in_rebuild_dates(column) -%}
    {%- if is_incremental() -%}
        {%- set query -%}
            select event_date
            from {{ ref('int_rebuild_dates') }}
            where event_date < {{ as_of() }}
            order by event_date
        {%- endset -%}
        {{ is_among_dates(column, query) }}
    {%- else -%}
        {{ column }} < {{ as_of() }}
    {%- endif -%}
{%- endmacro %}
