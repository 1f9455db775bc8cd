-- One row per user and each of the five as_of_dates 0, 7, 14, 21 and 28 days back by which the user
-- had registered or been active: what the user did strictly before it, over 91 and 365 days.
{%- set shares = [
    'n_contents', 'n_views', 'n_likes_given', 'n_shares', 'n_saves', 'n_messages_sent',
    'n_replies_to_others', 'n_night_activities', 'n_morning_activities', 'n_evening_activities'
] %}
with

days as (
    select * from {{ ref('int_user_days_known') }}
    where is_active
),

users as (
    select * from {{ ref('stg_users_versions') }}
    where {{ is_current() }}
),

conversions as (
    select * from {{ ref('int_user_conversions') }}
    where conversion_date < {{ as_of() }} and known_date < {{ as_of() }}
),

weeks_back (n_weeks) as (
    values (0), (1), (2), (3), (4)
),

as_of_dates as (
    select {{ add_days(as_of(), '-7 * n_weeks') }} as as_of_date
    from weeks_back
),

activity as (
    select
        days.user_id,
        as_of_dates.as_of_date,
        max(days.activity_date) as last_active_date,
        count(*) filter (where days.activity_date >= {{ add_days('as_of_dates.as_of_date', -7) }})
            as n_active_days_7d,
        count(*) filter (
            where
            days.activity_date < {{ add_days('as_of_dates.as_of_date', -7) }}
            and days.activity_date >= {{ add_days('as_of_dates.as_of_date', -14) }}
        ) as n_active_days_week_before,
        count(*) filter (where days.activity_date >= {{ add_days('as_of_dates.as_of_date', -91) }})
            as n_active_days_91d,
        count(*) filter (where days.activity_date >= {{ add_days('as_of_dates.as_of_date', -365) }})
            as n_active_days_365d,
        sum(
            case
                when days.activity_date >= {{ add_days('as_of_dates.as_of_date', -365) }}
                    then days.n_contents
                else 0
            end
        ) as n_contents_365d,
        {%- for deeds in ['n_activities'] + shares %}
        sum(
            case
                when days.activity_date >= {{ add_days('as_of_dates.as_of_date', -91) }}
                    then days.{{ deeds }}
                else 0
            end
        ) as {{ deeds }}_91d,
        {%- endfor %}
        count(*) as n_active_days
    from days
    inner join as_of_dates on days.activity_date < as_of_dates.as_of_date
    group by days.user_id, as_of_dates.as_of_date
),

spending as (
    select
        conversions.user_id,
        as_of_dates.as_of_date,
        {{ sum_exactly('conversions.amount') }} as amount_365d
    from conversions
    inner join as_of_dates
        on
            conversions.conversion_date < as_of_dates.as_of_date
            and conversions.conversion_date >= {{ add_days('as_of_dates.as_of_date', -365) }}
    group by conversions.user_id, as_of_dates.as_of_date
),

everyone as (
    select
        users.user_id,
        as_of_dates.as_of_date
    from users
    inner join as_of_dates on users.event_date < as_of_dates.as_of_date
    union
    select
        user_id,
        as_of_date
    from activity
)

select
    everyone.user_id,
    case
        when activity.user_id is null then 'never_active'
        when activity.n_active_days_7d = 0 then 'dormant'
        when activity.n_active_days_7d = activity.n_active_days then 'new'
        when activity.n_active_days_week_before > 0 then 'retained'
        else 'resurrected'
    end as lifecycle_state,
    {{ days_between('activity.last_active_date', 'everyone.as_of_date') }} as days_since_active,
    cast(coalesce(activity.n_active_days_91d, 0) as bigint) as n_active_days_91d,
    cast(coalesce(activity.n_active_days_365d, 0) as bigint) as n_active_days_365d,
    cast(coalesce(activity.n_contents_365d, 0) as bigint) as n_contents_365d,
    {%- for deeds in ['n_activities'] + shares %}
    cast(coalesce(activity.{{ deeds }}_91d, 0) as bigint) as {{ deeds }}_91d,
    {%- endfor %}
    coalesce(spending.amount_365d, 0) as amount_365d,
    everyone.as_of_date
from everyone
left join activity
    on everyone.user_id = activity.user_id and everyone.as_of_date = activity.as_of_date
left join spending
    on everyone.user_id = spending.user_id and everyone.as_of_date = spending.as_of_date
