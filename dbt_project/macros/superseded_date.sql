{# The known_date of the next version of the same key; null for the newest. A landed row that came
   twice supersedes itself on the day it is known, so its copies cancel out. #}
{% macro superseded_date(keys) -%}
    lead(known_date) over (
        partition by {{ keys | join(', ') }}
        order by loaded_at, batch_id
    )
{%- endmacro %}
