{# Whether a version is the one that the run's as_of knows. #}
{% macro is_current() -%}
    known_date < {{ as_of() }}
    and event_date < {{ as_of() }}
    and (superseded_date is null or superseded_date >= {{ as_of() }})
{%- endmacro %}
