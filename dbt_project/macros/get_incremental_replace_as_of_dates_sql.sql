{# The strategy replace_as_of_dates: the as_of_dates that were built and those that know of something
   new are replaced, and those that are no longer asked for go, as an earlier run's own as_of off
   the grid does. #}
{% macro get_incremental_replace_as_of_dates_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    where
        as_of_date in (select as_of_date from {{ arg_dict['temp_relation'] }})
        or as_of_date > (select min(known_date) from {{ ref('int_rebuild_dates') }})
        or as_of_date not in (select as_of_date from {{ ref('int_as_of_dates') }});

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
