{# Fails for every row of which the expression is not true; on a column, what follows its name. #}
{% test expression_is_true(model, expression, column_name=none) %}
    select *
    from {{ model }}
    where ({{ column_name or '' }} {{ expression }}) is not true
{% endtest %}
