{# A sum of doubles that does not depend on the order of the rows, so that a rebuilt day gets the
   bytes that a full build gives it: to three decimals, in whole steps. #}
{% macro sum_exactly(column, condition=none) -%}
    cast(
        coalesce(
            sum(cast({{ column }} as decimal(18, 3)))
            {%- if condition is not none %} filter (where {{ condition }}){% endif %}, 0
        ) as double
    )
{%- endmacro %}
