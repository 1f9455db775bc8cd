-- One row per piece of content and day on which something was done to it: the changes of
-- int_content_days that are known as of the run, summed.
{%- set counts = [
    'n_events', 'n_interactions', 'n_views', 'n_clicks', 'n_likes', 'n_dislikes', 'n_shares',
    'n_saves', 'n_hides', 'n_reports', 'n_accepts', 'n_awards', 'n_replies'
] %}
with

days as (select * from {{ ref('int_content_days') }})

select
    content_id,
    {%- for count in counts %}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {%- endfor %}
    {{ sum_exactly('dwell_seconds') }} as dwell_seconds,
    activity_date
from days
where activity_date < {{ as_of() }} and known_date < {{ as_of() }}
group by content_id, activity_date
having sum(n_events) > 0
