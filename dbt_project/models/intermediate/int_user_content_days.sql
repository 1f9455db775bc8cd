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

signs as (
    select 1 as delta
    union all
    select -1 as delta
),

changes as (
    select
        events.user_id,
        events.content_id,
        events.source,
        events.event_date as activity_date,
        case when signs.delta = 1 then events.known_date else events.superseded_date end
            as known_date,
        signs.delta
    from events
    cross join signs
    where
        events.superseded_date is null and signs.delta = 1
        or events.superseded_date > events.known_date
)

select
    user_id,
    content_id,
    {{ n_changes("source = 'contents'") }} as n_contents,
    {{ n_changes("source = 'interactions'") }} as n_endorsements,
    activity_date,
    known_date
from changes
group by user_id, content_id, activity_date, known_date
having
    sum(delta) filter (where source = 'contents') != 0
    or sum(delta) filter (where source = 'interactions') != 0
