-- One row per user whose account is not closed: the traits that user_traits gives most evidence of,
-- and how active, how connected, how influential and how valuable the user is.
{%- set since = add_days(as_of(), -365) %}
{%- set is_counted =
    'conversions.currency = value_told.currency and conversions.conversion_date >= ' ~ since %}
{%- set traits = [
    'day_part', 'hour', 'weekday', 'surface', 'channel', 'content_kind', 'tag', 'topic',
    'recent_topic', 'mood'
] %}
{%- set interests = ['tag', 'topic', 'recent_topic'] %}
with

users as (select * from {{ ref('users') }}),

user_days as (
    select * from {{ ref('user_days') }}
    where activity_date >= {{ since }}
),

user_traits as (select * from {{ ref('user_traits') }}),

follows as (select * from {{ ref('int_user_follows') }}),

user_network as (
    select
        *,
        percent_rank() over (order by pagerank) as pagerank_percentile
    from {{ ref('user_network') }}
),

reception_days as (select * from {{ ref('int_user_reception_days_known') }}),

contents as (
    select * from {{ ref('contents') }}
    where published_date >= {{ since }} and not is_deleted
),

content_sentiment as (select * from {{ ref('content_sentiment') }}),

conversions as (select * from {{ ref('int_user_conversions') }}),

traits_per_user as (
    select
        {%- for trait in traits %}
        max(case when trait = '{{ trait }}' and place = 1 then trait_value end)
            as favourite_{{ trait }},
        max(case when trait = '{{ trait }}' and place = 1 then share_evidence end)
            as share_{{ trait }},
        max(case when trait = '{{ trait }}' and place = 1 then confidence end)
            as confidence_{{ trait }},
        max(case when trait = '{{ trait }}' then last_evidence_date end) as last_{{ trait }}_date,
        {%- endfor %}
        {%- for interest in interests %}
        array_agg(trait_value order by place) filter (
            where trait = '{{ interest }}' and place <= 5
        ) as top_{{ interest }}s,
        {%- endfor %}
        user_id
    from user_traits
    group by user_id
),

activity_per_user as (
    select
        user_id,
        count(*) as n_active_days,
        sum(n_activities) as n_activities,
        sum(n_contents) as n_contents,
        max(case when n_contents > 0 then activity_date end) as last_published_date
    from user_days
    group by user_id
),

reception_per_user as (
    select
        user_id,
        max(activity_date) as last_received_date
    from reception_days
    group by user_id
),

mood_per_user as (
    select
        contents.author_id as user_id,
        count(*) as n_judged_contents,
        {{ sum_exactly('content_sentiment.score') }} / count(*) as avg_mood_score
    from contents
    inner join content_sentiment
        on contents.content_id = content_sentiment.content_id
    where content_sentiment.label is not null and content_sentiment.score is not null
    group by contents.author_id
),

-- One currency for all, so that amounts can be compared: the one that most conversions are in.
currencies as (
    select
        currency,
        row_number() over (order by count(*) desc, currency asc) as place
    from conversions
    where amount is not null and currency is not null
    group by currency
),

conversions_counted as (select count(*) as n_conversions from conversions),

value_told as (
    select
        conversions_counted.n_conversions > 0 as has_conversions,
        currencies.currency
    from conversions_counted
    left join currencies
        on currencies.place = 1
),

value_per_user as (
    select
        conversions.user_id,
        count(*) filter (where conversions.conversion_date >= {{ since }}) as n_conversions,
        {{ sum_exactly('conversions.amount', is_counted) }} as amount,
        max(conversions.conversion_date) as last_converted_date
    from conversions
    cross join value_told
    group by conversions.user_id
),

profiles as (
    select
        users.*,
        value_told.currency as amount_currency,
        case when value_told.has_conversions then coalesce(value_per_user.n_conversions, 0) end
            as n_conversions_365d,
        case when value_told.currency is not null then coalesce(value_per_user.amount, 0) end
            as amount_365d,
        value_per_user.last_converted_date,
        value_told.has_conversions
    from users
    cross join value_told
    left join value_per_user
        on users.user_id = value_per_user.user_id
    where not users.is_closed
),

profiles_ranked as (
    select
        *,
        case
            when has_conversions
                then percent_rank() over (order by coalesce(amount_365d, n_conversions_365d))
        end as value_percentile
    from profiles
)

select
    -- ids
    profiles.user_id,

    -- text
    {{ activity_level('profiles.n_active_days_28d') }} as activity_level,
    traits.favourite_day_part,
    traits.favourite_surface,
    traits.favourite_channel,
    traits.favourite_content_kind,
    {%- for interest in interests %}
    traits.top_{{ interest }}s,
    {%- endfor %}
    traits.favourite_mood,
    profiles.amount_currency,

    -- numerics
    cast(traits.favourite_hour as integer) as favourite_hour,
    cast(traits.favourite_weekday as integer) as favourite_weekday,
    {%- for trait in traits %}
    traits.share_{{ trait }} as share_favourite_{{ trait }},
    coalesce(traits.confidence_{{ trait }}, 0) as confidence_{{ trait }},
    {%- endfor %}
    profiles.n_active_days_28d,
    coalesce(activity.n_active_days, 0) as n_active_days_365d,
    activity.n_activities / cast(activity.n_active_days as double)
        as avg_activities_per_active_day_365d,
    activity.n_contents / cast(nullif(activity.n_activities, 0) as double)
        as share_contents_365d,
    coalesce(mood.n_judged_contents, 0) as n_judged_contents_365d,
    mood.avg_mood_score as avg_mood_score_365d,
    profiles.n_followers,
    profiles.n_following,
    coalesce(follows.n_mutual_follows, 0) as n_mutual_follows,
    user_network.pagerank_percentile as influence_percentile,
    user_network.credibility,
    coalesce(user_network.n_ties_in / (user_network.n_ties_in + 5.0), 0) as confidence_influence,
    profiles.n_conversions_365d,
    profiles.amount_365d,
    profiles.value_percentile,
    case
        when profiles.has_conversions
            then least({{ days_between(
                'coalesce(profiles.registered_date, profiles.first_active_date)', as_of()
            ) }}, 365) / 365.0
        else 0
    end as confidence_value,

    -- dates
    profiles.last_active_date,
    activity.last_published_date,
    {%- for trait in traits %}
    traits.last_{{ trait }}_date,
    {%- endfor %}
    reception.last_received_date,
    profiles.last_converted_date,
    {{ as_of() }} as as_of_date
from profiles_ranked as profiles
left join traits_per_user as traits
    on profiles.user_id = traits.user_id
left join activity_per_user as activity
    on profiles.user_id = activity.user_id
left join mood_per_user as mood
    on profiles.user_id = mood.user_id
left join follows
    on profiles.user_id = follows.user_id
left join user_network
    on profiles.user_id = user_network.user_id
left join reception_per_user as reception
    on profiles.user_id = reception.user_id
