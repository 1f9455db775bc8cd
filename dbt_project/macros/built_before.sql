{# The table of an incremental model as an earlier run left it, or none. It names the model without
   a ref, because what is rebuilt is decided from what was built before. #}
{% macro built_before(model_name) -%}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(adapter.get_relation(this.database, this.schema, model_name)) }}
{%- endmacro %}
