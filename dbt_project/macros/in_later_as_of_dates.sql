{# Whether a run of the strategy replace_later_as_of_dates must build this as_of_date: it is no later
   than the run's own and, where the run is incremental, knows of something that is news. Nothing is
   read where no date of the grid does. #}
{% macro in_later_as_of_dates(column) -%}
    {%- if not (execute and is_incremental()) -%}
        {{ return(column ~ ' <= ' ~ as_of()) }}
    {%- endif -%}
    {%- set query -%}
        select
            min(known_date) as first_known_date,
            {{ next_as_of_date('min(known_date)') }} <= {{ as_of() }} as has_dates
        from {{ ref('int_rebuild_dates') }}
    {%- endset -%}
    {%- set first_known_date, has_dates = run_query(query).rows[0].values() -%}
    {%- if not has_dates -%}
        {{ return('false') }}
    {%- endif -%}
    {{ return(column ~ " > date '" ~ first_known_date ~ "' and " ~ column ~ ' <= ' ~ as_of()) }}
{%- endmacro %}
