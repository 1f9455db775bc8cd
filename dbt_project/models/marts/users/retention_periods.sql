-- One row per period of 7 days since registration: retention over all cohorts, each weighed by its
-- users. Sums over sums: a mean of the cohorts' shares would let a cohort of one speak as loudly as
-- one of thousands.
with

retention_cohorts as (select * from {{ ref('retention_cohorts') }}),

summed as (
    select
        period,
        count(*) filter (where is_complete) as n_cohorts,
        count(*) filter (where not is_complete) as n_cohorts_left_out,
        cast(sum(n_users) filter (where is_complete) as bigint) as n_users,
        cast(sum(n_retained_users) as bigint) as n_retained_users,
        cast(sum(n_retained_users_unbounded) as bigint) as n_retained_users_unbounded
    from retention_cohorts
    group by period
)

select
    -- numerics
    period,
    n_cohorts,
    n_cohorts_left_out,
    n_users,
    n_retained_users,
    n_retained_users_unbounded,
    n_retained_users / cast(n_users as double) as share_retained,
    n_retained_users_unbounded / cast(n_users as double) as share_retained_unbounded,

    -- booleans
    n_cohorts > 0 as is_complete
from summed
