{# A statement per as_of_date that writes its rows; DuckDB moves a file into place when it is whole. #}
{% macro write_frame_dates(relation, dates) -%}
    {{ adapter.dispatch('write_frame_dates')(relation, dates) }}
{%- endmacro %}

{% macro default__write_frame_dates(relation, dates) -%}
    {%- set folder = env_var("TOWNSQUARE_HOME") ~ '/frames/' ~ relation.identifier ~ '.parquet' -%}
    {%- for each in dates %}
    copy (
        select * from {{ relation }}
        where as_of_date = date '{{ each }}'
        order by user_id
    ) to '{{ folder }}/{{ each }}.parquet' (format parquet, compression zstd);
    {%- endfor -%}
{%- endmacro %}

{# Spark writes the folder whole, in the post-hook. #}
{% macro spark__write_frame_dates(relation, dates) -%}
{%- endmacro %}
