{# dbt's own, and one word more: `where: "__news__ event_date"` holds a test to the dates of which
   something is news; a full build tests every row. A day that did not change passed when it did. #}
{% macro default__get_where_subquery(relation) -%}
    {%- set where = config.get('where') or '' -%}
    {%- if where.startswith('__news__ ') -%}
        {%- set where = in_news_dates(where | replace('__news__ ', '')) -%}
    {%- endif -%}
    {%- if not where -%}
        {{ return(relation) }}
    {%- endif -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') as tested') }}
{%- endmacro %}
