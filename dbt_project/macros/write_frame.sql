{# Writes a frame to the Parquet that learning reads: a folder with a file per as_of_date, so that one
   more day writes what that day changes. This is the post-hook: it writes every date of a full
   build, else those that have no file; the dates that a run replaces are written where they are
   replaced. The external materialization is not used: for an empty frame it writes a row of nulls. #}
{% macro write_frame() -%}
    {{ adapter.dispatch('write_frame')() }}
{%- endmacro %}

{% macro default__write_frame() -%}
    {%- set folder = env_var("TOWNSQUARE_HOME") ~ '/frames/' ~ this.identifier ~ '.parquet' -%}
    copy (select * from {{ this }} limit 0) to '{{ folder }}/empty.parquet' (format parquet);
    copy (
        select distinct as_of_date from {{ this }} order by as_of_date
    ) to '{{ folder }}/.dates.parquet' (format parquet);
    {%- set query -%}
        select distinct as_of_date
        from {{ this }}
        {%- if is_incremental() %}
        where
            cast(as_of_date as varchar) not in (
                select regexp_extract(file, '([^/]+)[.]parquet$', 1)
                from glob('{{ folder }}/*.parquet')
            )
        {%- endif %}
        order by as_of_date
    {%- endset -%}
    {{ write_frame_dates(this, run_query(query).columns[0].values() if execute else []) }}
{%- endmacro %}

{% macro spark__write_frame() -%}
    insert overwrite directory
    '{{ env_var("TOWNSQUARE_HOME") }}/frames/{{ this.identifier }}.parquet' using parquet
    select * from {{ this }}
{%- endmacro %}
