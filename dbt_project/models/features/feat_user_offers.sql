-- One row per candidate and as_of_date: what the user bought, and how strategies treated them, as
-- known strictly before as_of_date.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

conversions as (select * from {{ ref('stg_conversions_versions') }}),

assignments as (select * from {{ ref('stg_assignments_versions') }}),

purchases as (
    select
        candidates.user_id,
        candidates.as_of_date,
        count(distinct conversions.conversion_id) as n_conversions_lifetime,
        min({{ days_between('conversions.event_date', 'candidates.as_of_date') }})
            as days_since_conversion
    from candidates
    inner join conversions
        on
            candidates.user_id = conversions.user_id
            and conversions.event_date < candidates.as_of_date
            and conversions.known_date < candidates.as_of_date
    where
        conversions.superseded_date is null or conversions.superseded_date >= candidates.as_of_date
    group by candidates.user_id, candidates.as_of_date
),

decisions as (
    select
        candidates.user_id,
        candidates.as_of_date,
        assignments.arm,
        {{ days_between('assignments.event_date', 'candidates.as_of_date') }} as days_ago
    from candidates
    inner join assignments
        on
            candidates.user_id = assignments.user_id
            and assignments.event_date < candidates.as_of_date
            and assignments.event_date >= {{ add_days('candidates.as_of_date', -28) }}
            and assignments.known_date < candidates.as_of_date
    where
        assignments.superseded_date is null or assignments.superseded_date >= candidates.as_of_date
),

decisions_counted as (
    select
        user_id,
        as_of_date,
        count(*) filter (where arm = 'treatment' and days_ago <= 7) as n_treatments_7d,
        count(*) filter (where arm = 'treatment') as n_treatments_28d,
        count(*) filter (where arm = 'control') as n_holdouts_28d,
        min(days_ago) filter (where arm = 'treatment')
            as days_since_treatment_28d
    from decisions
    group by user_id, as_of_date
)

select
    candidates.user_id,
    coalesce(purchases.n_conversions_lifetime, 0) as n_conversions_lifetime,
    coalesce(decisions_counted.n_treatments_7d, 0) as n_treatments_7d,
    coalesce(decisions_counted.n_treatments_28d, 0) as n_treatments_28d,
    coalesce(decisions_counted.n_holdouts_28d, 0) as n_holdouts_28d,
    purchases.days_since_conversion,
    decisions_counted.days_since_treatment_28d,
    candidates.as_of_date
from candidates
left join purchases
    on
        candidates.user_id = purchases.user_id
        and candidates.as_of_date = purchases.as_of_date
left join decisions_counted
    on
        candidates.user_id = decisions_counted.user_id
        and candidates.as_of_date = decisions_counted.as_of_date
