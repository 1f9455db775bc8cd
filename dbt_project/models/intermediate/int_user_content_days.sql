-- One row per user, content, day and the day that first knows it: that the user wrote or endorsed
-- the content, as changes like those of int_user_days.
-- depends_on: {{ ref('int_rebuild_dates') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_days', unique_key='activity_date',
    on_schema_change='fail'
) }}
with

events as (
    select * from {{ ref('int_user_event_versions') }}
    where
        content_id is not null
        and (source = 'contents' or source = 'interactions' and verb in ('like', 'share', 'save'))
        and {{ in_rebuild_dates('event_date') }}
),

signed_events as (
    {{ signed('events') }}
)

select
    user_id,
    content_id,
    {{ n_changes("source = 'contents'") }} as n_contents,
    {{ n_changes("source = 'interactions'") }} as n_endorsements,
    event_date as activity_date,
    change_date as known_date
from signed_events
group by user_id, content_id, event_date, change_date
having
    sum(delta) filter (where source = 'contents') != 0
    or sum(delta) filter (where source = 'interactions') != 0
