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
        {%- set dates = run_query(query).columns[0].values() if execute else [] -%}
        {%- if dates | length == 0 -%}
            false
        {%- else -%}
            {{ column }} in (
                {%- for each in dates %}date '{{ each }}'{{ ', ' if not loop.last }}{% endfor -%}
            )
        {%- endif -%}
    {%- else -%}
        {{ column }} < {{ as_of() }}
    {%- endif -%}
{%- endmacro %}
