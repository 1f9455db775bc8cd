{# Writes a frame to the Parquet file that learning reads. The external materialization is not used:
   for an empty frame it writes a row of nulls. #}
{% macro write_frame() -%}
    {{ adapter.dispatch('write_frame')() }}
{%- endmacro %}

{% macro default__write_frame() -%}
    copy (select * from {{ this }} order by as_of_date, user_id)
    to '{{ env_var("TOWNSQUARE_HOME") }}/frames/{{ this.identifier }}.parquet' (format parquet)
{%- endmacro %}

{% macro spark__write_frame() -%}
    insert overwrite directory
    '{{ env_var("TOWNSQUARE_HOME") }}/frames/{{ this.identifier }}.parquet' using parquet
    select * from {{ this }}
{%- endmacro %}
