-- One row per conversion that counts on this network, known as of the run: rows of conversions, or
-- each user's first content, whose known_date is the day that first knows of any content.
with

conversions as (
    {%- if var('conversion_source') == 'first_contribution' %}
    select
        min_by(event_id, event_at) as conversion_id,
        user_id,
        'first_contribution' as kind,
        cast(null as string) as currency,
        cast(null as double) as amount,
        min(event_date) as conversion_date,
        min(known_date) as known_date,
        min(event_at) as converted_at
    from {{ ref('int_user_events') }}
    where source = 'contents'
    group by user_id
    {%- else %}
    select
        conversion_id,
        user_id,
        kind,
        currency,
        amount,
        event_date as conversion_date,
        known_date,
        converted_at
    from {{ ref('stg_conversions') }}
    where {{ is_listed('kind', var('conversion_kinds')) }}
    {%- endif %}
)

select
    conversion_id,
    user_id,
    kind,
    currency,
    amount,
    conversion_date,
    known_date,
    converted_at
from conversions
