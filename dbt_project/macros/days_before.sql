{# The days of each candidate's past, as they were known then: only what happened and was known
   strictly before as_of_date. `days_ago` is 1 for the day before, as n_in_window wants it. #}
{% macro days_before(candidates, days) -%}
    select
        {{ candidates }}.as_of_date,
        {{ days_between(days ~ '.activity_date', candidates ~ '.as_of_date') }} as days_ago,
        {{ days }}.*
    from {{ candidates }}
    inner join {{ days }}
        on
            {{ candidates }}.user_id = {{ days }}.user_id
            and {{ days }}.activity_date < {{ candidates }}.as_of_date
            and {{ days }}.known_date < {{ candidates }}.as_of_date
{%- endmacro %}
