{# The strategy replace_days: the rebuilt event dates of the target are replaced whole, and what lies
   at or after as_of goes. unique_key names the target's date column; rows that meet one of the
   incremental_predicates are replaced with them. #}
{% macro get_incremental_replace_days_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set day = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    where
        {{ day }} in (select event_date from {{ ref('int_rebuild_dates') }})
        or {{ day }} >= {{ as_of() }}
        {%- for predicate in arg_dict['incremental_predicates'] or [] %}
        or ({{ predicate }})
        {%- endfor %};

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
