{# A query of events as changes: each counts 1 on the day that first knows it, and -1 on the day that
   knows better. `change_date` is that day and `delta` the count; a version that is replaced on the
   day it came changes nothing. #}
{% macro signed(events) -%}
    select
        {{ events }}.*,
        case
            when signs.delta = 1 then {{ events }}.known_date else {{ events }}.superseded_date
        end as change_date,
        signs.delta
    from {{ events }}
    cross join (
        select 1 as delta
        union all
        select -1 as delta
    ) as signs
    where
        {{ events }}.superseded_date is null and signs.delta = 1
        or {{ events }}.superseded_date > {{ events }}.known_date
{%- endmacro %}
