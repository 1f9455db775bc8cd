{# A query of one column, date_day: every day from first_date (included) to end_date (excluded). #}
{% macro days_spine(first_date, end_date) -%}
    {{ adapter.dispatch('days_spine')(first_date, end_date) }}
{%- endmacro %}

{% macro default__days_spine(first_date, end_date) -%}
    select cast(unnest(range({{ first_date }}, {{ end_date }}, interval 1 day)) as date) as date_day
{%- endmacro %}

{% macro spark__days_spine(first_date, end_date) -%}
    select explode(sequence({{ first_date }}, date_sub({{ end_date }}, 1))) as date_day
{%- endmacro %}
