{# Whether an event is of the kind that a step of a funnel asks for. #}
{% macro is_funnel_step(events, step) -%}
    {{ events }}.source = '{{ step.source }}' and {{ is_listed(events ~ '.verb', step.verbs) }}
{%- endmacro %}
