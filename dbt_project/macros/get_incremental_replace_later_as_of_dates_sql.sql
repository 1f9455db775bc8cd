{# The strategy replace_later_as_of_dates: the as_of_dates that know of something new are replaced,
   and those after the run's own go. in_later_as_of_dates holds the model to them. #}
{% macro get_incremental_replace_later_as_of_dates_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    where
        as_of_date > (select min(known_date) from {{ ref('int_rebuild_dates') }})
        or as_of_date > {{ as_of() }};

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
