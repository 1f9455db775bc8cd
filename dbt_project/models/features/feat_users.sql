-- One row per candidate and as_of_date: every feature of a user, so that a frame needs one import.
{{ config(materialized='view') }}
with

profile as (select * from {{ ref('feat_user_profile') }}),

activity as (select * from {{ ref('feat_user_activity') }}),

contributions as (select * from {{ ref('feat_user_contributions') }}),

interactions as (select * from {{ ref('feat_user_interactions') }}),

reception as (select * from {{ ref('feat_user_reception') }}),

threads as (select * from {{ ref('feat_user_threads') }}),

last_thread as (select * from {{ ref('feat_user_last_thread') }}),

surroundings as (select * from {{ ref('feat_user_surroundings') }}),

offers as (select * from {{ ref('feat_user_offers') }})

-- noqa: disable=AM04,RF02,ST07
-- Every feature, whatever is added: `using` gives the two keys once, and no list goes stale.
select *
from profile
inner join activity using (user_id, as_of_date)
inner join contributions using (user_id, as_of_date)
inner join interactions using (user_id, as_of_date)
inner join reception using (user_id, as_of_date)
inner join threads using (user_id, as_of_date)
inner join last_thread using (user_id, as_of_date)
inner join surroundings using (user_id, as_of_date)
inner join offers using (user_id, as_of_date)
