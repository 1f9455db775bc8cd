{# The strategy replace_frame_dates: replace_as_of_dates, and the Parquet of what was replaced. #}
{% macro get_incremental_replace_frame_dates_sql(arg_dict) -%}
    {{ get_incremental_replace_as_of_dates_sql(arg_dict) }}
    {%- set query -%}
        select distinct as_of_date
        from {{ arg_dict['temp_relation'] }}
        order by as_of_date
    {%- endset -%}
    {%- set dates = run_query(query).columns[0].values() -%}
    {{ write_frame_dates(arg_dict['target_relation'], dates) }}
{%- endmacro %}
