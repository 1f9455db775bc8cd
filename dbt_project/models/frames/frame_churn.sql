-- One row per user and as_of_date who was active in the churn_active_days before: will they stay
-- away for the whole of the horizon that follows?
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
{%- set horizon_days = var('churn_horizon_days') %}
with

feat as (
    select * from {{ ref('feat_users') }}
    where
        days_since_activity <= {{ var('churn_active_days') }}
        and {{ in_rebuild_as_of_dates('as_of_date', horizon_days) }}
),

days as (
    select * from {{ ref('int_user_days_known') }}
    where is_active
),

returned as (
    select
        feat.user_id,
        feat.as_of_date
    from feat
    inner join days
        on
            feat.user_id = days.user_id
            and days.activity_date >= feat.as_of_date
            and days.activity_date < {{ add_days('feat.as_of_date', horizon_days) }}
    group by feat.user_id, feat.as_of_date
)

select
    feat.*,
    {{ known_after('returned.user_id is null', 'feat.as_of_date', horizon_days) }}
        as is_churned_next_{{ horizon_days }}d
from feat
left join returned
    on
        feat.user_id = returned.user_id
        and feat.as_of_date = returned.as_of_date
