{# How sure a share is: the lower end of its 95 % Wilson interval; 0 without evidence. #}
{% macro wilson_lower_bound(n_hits, n_trials) -%}
    case
        when {{ n_trials }} > 0
            then greatest(
                (
                    {{ n_hits }} + 1.9208
                    - 1.96 * sqrt(
                        {{ n_hits }} * (1 - {{ n_hits }} / cast({{ n_trials }} as double)) + 0.9604
                    )
                ) / ({{ n_trials }} + 3.8416),
                0
            )
        else 0
    end
{%- endmacro %}
