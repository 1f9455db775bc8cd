{# The name of the largest of some counts, the first in the list among equals; null where none is
   above 0. `counts` maps columns to names. #}
{% macro favourite_of(counts, prefix='') -%}
    {%- set columns = [] -%}
    {%- for column in counts %}{% do columns.append(prefix ~ column) %}{% endfor -%}
    case
        {%- for column, name in counts.items() %}
        when
            {{ prefix }}{{ column }} > 0
            and {{ prefix }}{{ column }} = greatest({{ columns | join(', ') }})
            then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}
