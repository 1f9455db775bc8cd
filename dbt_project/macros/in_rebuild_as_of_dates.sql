{# Whether an incremental run must build this as_of_date: it knows of something that is news, it is
   new, or the label that follows it looks at a rebuilt event date and is mature. The dates are
   written out, so that the engine can skip the others beneath joins. #}
{% macro in_rebuild_as_of_dates(column, horizon_days=0) -%}
    {%- if is_incremental() -%}
        {%- set query -%}
            with

            rebuilt as (
                select
                    min(event_date) as first_date,
                    min(known_date) as first_known_date
                from {{ ref('int_rebuild_dates') }}
            )

            select as_of_dates.as_of_date
            from {{ ref('int_as_of_dates') }} as as_of_dates
            cross join rebuilt
            where
                as_of_dates.as_of_date > rebuilt.first_known_date
                or as_of_dates.as_of_date not in (select as_of_date from {{ this }})
                or (
                    as_of_dates.as_of_date > {{ add_days('rebuilt.first_date', -horizon_days) }}
                    and {{ add_days('as_of_dates.as_of_date', horizon_days) }} <= {{ as_of() }}
                )
            order by as_of_dates.as_of_date
        {%- endset -%}
        {{ is_among_dates(column, query) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
