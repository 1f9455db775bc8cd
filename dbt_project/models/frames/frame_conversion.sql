-- One row per user and as_of_date who had not converted and was active or registered in the
-- conversion_candidate_days before: will they convert within the horizon that follows?
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
{%- set horizon_days = var('conversion_horizon_days') -%}
{%- set candidate_days = var('conversion_candidate_days') %}
with

candidates as (
    select * from {{ ref('feat_users') }}
    where
        (
            days_since_registration <= {{ candidate_days }}
            or days_since_activity <= {{ candidate_days }}
        )
        and {{ in_rebuild_as_of_dates('as_of_date', horizon_days) }}
),

conversions as (select * from {{ ref('int_user_conversions') }}),

converted_before as (
    select
        candidates.user_id,
        candidates.as_of_date
    from candidates
    inner join conversions
        on
            candidates.user_id = conversions.user_id
            and conversions.conversion_date < candidates.as_of_date
            and conversions.known_date < candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

feat as (
    select candidates.*
    from candidates
    left join converted_before
        on
            candidates.user_id = converted_before.user_id
            and candidates.as_of_date = converted_before.as_of_date
    where converted_before.user_id is null
),

converted as (
    select
        feat.user_id,
        feat.as_of_date
    from feat
    inner join conversions
        on
            feat.user_id = conversions.user_id
            and conversions.conversion_date >= feat.as_of_date
            and conversions.conversion_date < {{ add_days('feat.as_of_date', horizon_days) }}
    group by feat.user_id, feat.as_of_date
)

select
    feat.*,
    {{ known_after('converted.user_id is not null', 'feat.as_of_date', horizon_days) }}
        as is_converted_next_{{ horizon_days }}d
from feat
left join converted
    on
        feat.user_id = converted.user_id
        and feat.as_of_date = converted.as_of_date
