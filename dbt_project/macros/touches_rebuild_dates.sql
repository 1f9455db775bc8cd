{# Whether something that lasts from one date to another must be rebuilt by an incremental run: it
   touches a rebuilt event date, or reaches as_of. #}
{% macro touches_rebuild_dates(first_date, last_date) -%}
    (
        {{ last_date }} >= {{ as_of() }}
        or exists (
            select 1
            from {{ ref('int_rebuild_dates') }} as rebuild_dates
            where
                rebuild_dates.event_date >= {{ first_date }}
                and rebuild_dates.event_date <= {{ last_date }}
        )
    )
{%- endmacro %}
