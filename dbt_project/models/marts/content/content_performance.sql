-- One row per content that stands as of as_of: what was done to it so far, and its rank among
-- contents of the same kind and of like age. First days count the day of publication as the first.
{%- set counts = [
    'n_interactions', 'n_views', 'n_clicks', 'n_likes', 'n_dislikes', 'n_shares', 'n_saves',
    'n_reports', 'n_replies', 'n_engagements'
] %}
with

contents as (select * from {{ ref('contents') }}),

content_days as (select * from {{ ref('content_days') }}),

standing as (
    select
        *,
        {{ days_between('published_date', as_of()) }} as age_days
    from contents
    where not is_deleted
),

dated_days as (
    select
        content_days.*,
        {{ days_between('standing.published_date', 'content_days.activity_date') }} as day_number
    from content_days
    inner join standing
        on content_days.content_id = standing.content_id
),

totals_per_content as (
    select
        content_id,
        {%- for name in counts %}
        sum({{ name }}) as {{ name }},
        {%- endfor %}
        sum(case when day_number < 1 then n_engagements else 0 end) as n_engagements_first_1d,
        sum(case when day_number < 7 then n_engagements else 0 end) as n_engagements_first_7d,
        max(activity_date) as last_interaction_date
    from dated_days
    group by content_id
),

first_replies as (
    select
        standing.content_id,
        min(replies.published_at) as first_reply_at
    from standing
    inner join contents as replies
        on standing.content_id = replies.reply_to_id
    where
        replies.author_id is distinct from standing.author_id
        and replies.published_at >= standing.published_at
    group by standing.content_id
),

measured as (
    select
        {%- for name in counts + ['n_engagements_first_1d', 'n_engagements_first_7d'] %}
        cast(coalesce(totals.{{ name }}, 0) as bigint) as {{ name }},
        {%- endfor %}
        standing.content_id,
        standing.author_id,
        standing.kind,
        standing.published_at,
        standing.published_date,
        standing.age_days,
        case
            when standing.age_days <= 7 then '1_to_7_days'
            when standing.age_days <= 28 then '8_to_28_days'
            when standing.age_days <= 91 then '29_to_91_days'
            when standing.age_days <= 364 then '92_to_364_days'
            else '365_days_and_more'
        end as age_band,
        totals.last_interaction_date,
        first_replies.first_reply_at
    from standing
    left join totals_per_content as totals
        on standing.content_id = totals.content_id
    left join first_replies
        on standing.content_id = first_replies.content_id
)

select
    -- ids
    content_id,
    author_id,

    -- text
    kind,
    age_band,

    -- numerics
    age_days,
    {%- for name in counts %}
    {{ name }},
    {%- endfor %}
    case when age_days >= 1 then n_engagements_first_1d end as n_engagements_first_1d,
    case when age_days >= 7 then n_engagements_first_7d end as n_engagements_first_7d,
    n_clicks / nullif(cast(n_views as double), 0) as clicks_per_view,
    n_engagements / nullif(cast(n_views as double), 0) as engagements_per_view,
    n_likes / nullif(cast(n_likes + n_dislikes as double), 0) as share_liked,
    percent_rank() over (
        partition by kind, age_band
        order by n_engagements
    ) as engagement_percentile,
    {{ dbt.datediff('published_at', 'first_reply_at', 'minute') }} as minutes_to_first_reply,

    -- booleans
    first_reply_at is not null as has_reply,

    -- dates
    published_date,
    last_interaction_date,
    {{ as_of() }} as as_of_date,

    -- timestamps
    first_reply_at
from measured
