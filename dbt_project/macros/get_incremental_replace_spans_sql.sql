{# The strategy replace_spans, for rows that last longer than a day: those that touch a rebuilt event
   date are replaced. unique_key is the pair of SQL expressions [first date, last date] that a row
   touches; the model must yield anew all that it deletes. #}
{% macro get_incremental_replace_spans_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set first_date, last_date = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    where {{ touches_rebuild_dates(first_date, last_date) }};

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
