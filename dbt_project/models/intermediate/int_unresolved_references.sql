-- One row per event date and content that was answered or interacted with on it but is not landed.
-- When the content comes, int_rebuild_dates asks for these dates again.
-- It is built after the days, so that a run that failed on them asks once more.
-- depends_on: {{ ref('int_rebuild_dates') }}
-- depends_on: {{ ref('int_user_reception_days') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_days', unique_key='event_date',
    on_schema_change='fail'
) }}
with

interactions as (
    select * from {{ ref('stg_interactions_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

contents as (
    select * from {{ ref('stg_contents_versions') }}
    where {{ in_rebuild_dates('event_date') }}
),

authors as (select * from {{ ref('int_content_authors') }}),

content_references as (
    select
        content_id,
        event_date
    from interactions
    where content_id is not null and target_user_id is null
    union
    select
        reply_to_id as content_id,
        event_date
    from contents
    where reply_to_id is not null
    union
    select
        root_id as content_id,
        event_date
    from contents
    where root_id is not null
)

select
    content_references.content_id,
    content_references.event_date
from content_references
left join authors
    on content_references.content_id = authors.content_id
where authors.content_id is null
