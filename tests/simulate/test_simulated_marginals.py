"""The network is shaped like a real one: most are quiet, a few do most, days have a rhythm."""

import numpy as np
from simulated_network import Told


def test_most_users_are_quiet_and_a_few_do_most(told: Told) -> None:
    events = told.ask("""
        select count(*) n from (
            select actor_id as user_id from interactions
            union all select author_id from contents union all select sender_id from messages)
        group by user_id
    """)["n"].to_numpy()
    ordered = np.sort(events)
    top = ordered[-len(ordered) // 100 :].sum() / ordered.sum()
    assert 0.2 < top < 0.6
    assert np.median(ordered) < ordered.mean() / 5
    days = told.ask("select count(*) n from active_days group by user_id")["n"]
    assert days.median() <= 4
    assert days.max() > 80


def test_most_people_never_contribute(told: Told) -> None:
    shares = told.ask("""
        select count(distinct author_id) / (select count(distinct user_id) from users) share
        from contents
    """)
    assert 0.2 < shares["share"][0] < 0.6


def test_followers_have_a_heavy_tail(told: Told) -> None:
    followers = told.ask(
        "select count(distinct actor_id) n from relations where verb = 'follow' group by target_id"
    )["n"].to_numpy()
    assert np.median(followers) <= 4
    assert followers.max() > 40 * np.median(followers)
    # Hill's estimate over the top twentieth: a power law's exponent, as of real follow graphs.
    tail = np.sort(followers)[-len(followers) // 20 :]
    exponent = 1 + 1 / np.mean(np.log(tail / tail[0]))
    assert 1.8 < exponent < 4.0


def test_people_follow_back_far_above_chance(told: Told) -> None:
    edges = told.ask("""
        with edges as (
            select distinct actor_id, target_id from relations where verb = 'follow')
        select count(*) n, count(back.actor_id) mutual,
            count(distinct edges.actor_id) * count(distinct edges.target_id) pairs
        from edges left join edges back
            on back.actor_id = edges.target_id and back.target_id = edges.actor_id
    """)
    share, by_chance = edges["mutual"][0] / edges["n"][0], edges["n"][0] / edges["pairs"][0]
    assert share > 20 * by_chance


def test_days_and_weeks_have_a_rhythm_in_local_time(told: Told) -> None:
    hours = told.ask("""
        select country, hour(occurred_at) as hour, count(*) n
        from interactions inner join now_users on user_id = actor_id
        where country in ('US', 'JP') group by all
    """).pivot(index="hour", columns="country", values="n")
    shares = hours / hours.sum()
    for country, night in (("US", range(7, 11)), ("JP", range(16, 20))):
        asleep = shares.loc[list(night), country].sum()
        assert asleep < 0.09, country  # four hours of 24 would be 0.17 without a rhythm
    days = told.ask("""
        select isodow(occurred_at) as day, count(*) n from interactions group by day order by day
    """)["n"]
    assert days.max() > 1.05 * days.min()


def test_the_network_keeps_growing(told: Told) -> None:
    joined = told.ask("""
        select count(*) n, count(*) filter (registered_at < '2025-01-31') launch
        from now_users
    """)
    assert 0.6 * 4000 < joined["n"][0] < 0.95 * 4000  # 120 of the nominal 180 days
    assert joined["launch"][0] > 0.35 * 4000


def test_replies_come_soon_and_trail_off(told: Told) -> None:
    hours = told.ask("""
        select date_diff('second', parent.published_at, reply.published_at) / 3600 as hours
        from now_contents reply
        inner join now_contents parent on parent.content_id = reply.reply_to_id
    """)["hours"]
    assert hours.median() < 24
    assert hours.quantile(0.99) > 100
