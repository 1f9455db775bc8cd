{# The earliest event date that an incremental run must rebuild, or as_of, as a literal, so that the
   engine skips the files of earlier dates. #}
{% macro first_rebuilt_date() -%}
    {%- if not (execute and is_incremental()) -%}
        {{ return("date '1900-01-01'") }}
    {%- endif -%}
    {%- set query -%}
        select least(coalesce(min(event_date), {{ as_of() }}), {{ as_of() }}) as first_date
        from {{ ref('int_rebuild_dates') }}
    {%- endset -%}
    {{ return("date '" ~ run_query(query).columns[0].values()[0] ~ "'") }}
{%- endmacro %}
