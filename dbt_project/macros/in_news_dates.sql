{# Whether the pipeline says that a date has news; nothing to restrict in a full build. The dates
   are written out, because only literals let the engine skip the other days' files. #}
{% macro in_news_dates(column) -%}
    {%- set news = source('pipeline', 'rebuild_dates') -%}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{ return('') }}
    {%- endif -%}
    {%- set query -%}
        select distinct event_date
        from {{ news }}
        where event_date is not null
        order by event_date
    {%- endset -%}
    {%- set dates = run_query(query).columns[0].values() -%}
    {{ return(column ~ " in (null, date '" ~ dates | join("', date '") ~ "')" if dates else 'false') }}
{%- endmacro %}
