{# For an incremental run of a model of spans: the rebuilt event dates, and every date that a span
   of the target reaches into which must be rebuilt. Written out as literals, as in_rebuild_dates
   does; as_of, which has no events, keeps the list from being empty. #}
{% macro dates_of_spans(first_date, last_date, started_at, ended_at) -%}
    {%- if not (execute and is_incremental()) -%}
        {{ return(as_of()) }}
    {%- endif -%}
    {%- set query -%}
        with

        touched_spans as (
            select distinct
                cast({{ started_at }} as date) as started_date,
                cast({{ ended_at }} as date) as ended_date
            from {{ this }}
            where {{ touches_rebuild_dates(first_date, last_date) }}
        )

        select dates.date_day
        from {{ ref('int_dates') }} as dates
        inner join touched_spans
            on
                dates.date_day >= touched_spans.started_date
                and dates.date_day <= touched_spans.ended_date
        union
        select event_date as date_day
        from {{ ref('int_rebuild_dates') }}
        where event_date < {{ as_of() }}
        union
        select {{ as_of() }} as date_day
        order by date_day
    {%- endset -%}
    {%- set dates = run_query(query).columns[0].values() -%}
    {{ return("date '" ~ dates | join("', date '") ~ "'") }}
{%- endmacro %}
