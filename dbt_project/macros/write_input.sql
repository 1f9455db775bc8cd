{# Writes what learners read to a Parquet file, in one order whatever the threads did. #}
{% macro write_input() -%}
    {{ adapter.dispatch('write_input')() }}
{%- endmacro %}

{% macro default__write_input() -%}
    copy (select * from {{ this }} order by all)
    to '{{ env_var("TOWNSQUARE_HOME") }}/inputs/{{ this.identifier }}.parquet'
    (format parquet, compression zstd)
{%- endmacro %}

{% macro spark__write_input() -%}
    insert overwrite directory
    '{{ env_var("TOWNSQUARE_HOME") }}/inputs/{{ this.identifier }}.parquet' using parquet
    select * from {{ this }}
{%- endmacro %}
