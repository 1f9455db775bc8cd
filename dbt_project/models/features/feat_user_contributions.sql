-- One row per candidate and as_of_date: what the user wrote strictly before as_of_date, as known
-- then.
-- depends_on: {{ ref('int_rebuild_dates') }} {{ ref('int_as_of_dates') }}
{%- set windows = [7, 28, 90, 180, 365] -%}
{%- set kinds = ['posts', 'comments'] %}
with

candidates as (
    select * from {{ ref('int_candidates') }}
    where {{ in_rebuild_as_of_dates('as_of_date') }}
),

days as (
    select * from {{ ref('int_user_days') }}
    where n_contents != 0
),

days_before as (
    {{ days_before('candidates', 'days') }}
),

contributions as (
    select
        user_id,
        as_of_date,
        {%- for kind in kinds %}
        {%- for window in windows %}
        {{ n_in_window('n_' ~ kind, window) }} as n_{{ kind }}_{{ window }}d,
        {%- endfor %}
        cast(sum(n_{{ kind }}) as bigint) as n_{{ kind }}_lifetime,
        min(days_ago) filter (where n_{{ kind }} > 0) as days_since_{{ kind }},
        {%- endfor %}
        {%- for window in [28, 90, 365] %}
        {{ n_in_window('n_replies_to_others', window) }} as n_replies_to_others_{{ window }}d,
        {{ n_in_window('n_own_thread_comments', window) }} as n_own_thread_comments_{{ window }}d,
        {%- endfor %}
        cast(sum(n_replies_to_others) as bigint) as n_replies_to_others_lifetime,
        min(days_ago) filter (where n_replies_to_others > 0) as days_since_reply_to_others,
        {{ n_in_window('n_contents', 365) }} as n_contents_365d,
        {{ n_in_window('n_characters', 28) }} as n_characters_28d,
        {{ n_in_window('n_characters', 365) }} as n_characters_365d,
        cast(sum(n_contents) as bigint) as n_contents_lifetime
    from days_before
    group by user_id, as_of_date
)

select
    candidates.user_id,
    {%- for kind in kinds %}
    {%- for window in windows %}
    coalesce(contributions.n_{{ kind }}_{{ window }}d, 0) as n_{{ kind }}_{{ window }}d,
    {%- endfor %}
    coalesce(contributions.n_{{ kind }}_lifetime, 0) as n_{{ kind }}_lifetime,
    {%- endfor %}
    {%- for window in [28, 90, 365] %}
    coalesce(contributions.n_replies_to_others_{{ window }}d, 0)
        as n_replies_to_others_{{ window }}d,
    coalesce(contributions.n_own_thread_comments_{{ window }}d, 0)
        as n_own_thread_comments_{{ window }}d,
    {%- endfor %}
    coalesce(contributions.n_replies_to_others_lifetime, 0) as n_replies_to_others_lifetime,
    coalesce(contributions.n_contents_365d, 0) as n_contents_365d,
    coalesce(contributions.n_contents_lifetime, 0) as n_contents_lifetime,
    coalesce(contributions.n_characters_28d, 0) as n_characters_28d,
    contributions.n_posts_365d / nullif(contributions.n_contents_365d, 0) as share_posts_365d,
    contributions.n_posts_lifetime / nullif(contributions.n_contents_lifetime, 0)
        as share_posts_lifetime,
    contributions.n_replies_to_others_365d / nullif(contributions.n_contents_365d, 0)
        as share_replies_to_others_365d,
    contributions.n_characters_365d / nullif(contributions.n_contents_365d, 0)
        as avg_characters_365d,
    contributions.days_since_posts as days_since_post,
    contributions.days_since_comments as days_since_comment,
    contributions.days_since_reply_to_others,
    candidates.as_of_date
from candidates
left join contributions
    on
        candidates.user_id = contributions.user_id
        and candidates.as_of_date = contributions.as_of_date
