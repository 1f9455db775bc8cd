"""Trends, shifts of mood and of who talks, pushing rings, and what likes depend on."""

import numpy as np
import pandas as pd
import pytest
from simulated_network import DAYS, Told


def _dated(told: Told, name: str, date: str, before: int) -> pd.DataFrame:
    """Planted rows whose date leaves so many days until the end."""
    return told.ask(f"""
        select * from '{told.home.truth}/{name}.parquet'
        where {date} <= date '2025-01-01' + {DAYS - before}
    """)


@pytest.fixture(scope="module")
def said(told: Told) -> pd.DataFrame:
    """Every honest content with its truth, day and author's country."""
    return told.ask("""
        select truth_contents.*, now_contents.kind, body, country,
            cast(published_at as date) as said_date
        from truth_contents inner join now_contents using (content_id)
        inner join now_users on user_id = author_id
        where ring is null
    """)


def test_posts_join_a_trend_in_the_share_that_its_truth_states(
    told: Told, said: pd.DataFrame
) -> None:
    posts = said[said["kind"] != "comment"]
    trends = _dated(told, "trends", "last_date", 0)
    assert len(trends) >= 10
    peaks = pd.DataFrame({"said_date": trends["peak_date"], "at": trends["trend"]})
    at_peak = posts.merge(peaks, on="said_date")
    stated = at_peak["at"].map(trends.set_index("trend")["peak_share_of_posts"])
    joined = (at_peak["trend"] == at_peak["at"]).fillna(False)
    error = np.sqrt((stated * (1 - stated)).sum()) / len(stated)
    assert abs(joined.mean() - stated.mean()) < 3 * error
    lives = posts.dropna(subset=["trend"]).merge(trends, on="trend")
    assert (lives["said_date"] >= lives["onset_date"]).all()
    assert (lives["said_date"] <= lives["last_date"]).all()
    assert (lives["topic_x"] == lives["topic_y"]).all()


def test_a_trend_puts_its_tag_on_its_posts(told: Told) -> None:
    tagged = told.ask(f"""
        select avg(cast(list_contains(tags, tag) as int)) share, count(*) n
        from truth_contents inner join now_contents using (content_id)
        inner join '{told.home.truth}/trends.parquet' trends using (trend)
    """)
    assert tagged["n"][0] > 150
    assert tagged["share"][0] == 1.0


def test_moods_change_by_what_the_truth_states(told: Told, said: pd.DataFrame) -> None:
    shifts = _dated(told, "mood_shifts", "shift_date", 14)
    assert len(shifts) >= 8
    found, errors, changes = [], [], []
    for shift in shifts.itertuples():
        moods = said[said["topic"] == shift.topic]
        days = (moods["said_date"] - shift.shift_date).dt.days
        after, before = moods["mood"][days.between(0, 13)], moods["mood"][days.between(-14, -1)]
        if min(len(after), len(before)) < 2:
            continue  # of which nearly nobody spoke around the day
        changes.append(abs(shift.change))
        found.append(after.mean() - before.mean() - shift.change)
        errors.append(np.sqrt(after.var() / len(after) + before.var() / len(before)))
    assert np.abs(np.mean(found)) < 3 * np.sqrt(np.mean(np.square(errors)) / len(errors))
    assert len(found) >= 8
    assert np.median(np.divide(changes, errors)) > 3


def test_a_shift_of_who_talks_leaves_every_countrys_mood_as_it_was(
    told: Told, said: pd.DataFrame
) -> None:
    mixes = _dated(told, "mix_shifts", "end_date", 0)
    assert len(mixes) >= 1
    for mix in mixes.itertuples():
        talk = said[said["topic"] == mix.topic].assign(home=said["country"] == mix.country)
        during = talk["said_date"].between(mix.start_date, mix.end_date - pd.Timedelta(days=1))
        near = (talk["said_date"] - mix.start_date).dt.days.between(-20, 45)
        home = talk.groupby(during)["home"].mean()
        assert home[True] > home[False] + 0.2
        moods = talk[near & talk["trend"].isna()].groupby([during[near], "home"])["mood"]
        change = moods.mean()[True] - moods.mean()[False]
        error = np.sqrt((moods.var() / moods.size()).groupby("home").sum())
        assert (np.abs(change) < 3.5 * error).all()


def test_a_ring_of_about_twenty_pushes_one_tag(told: Told) -> None:
    pushes = told.ask(f"""
        select ring, count(distinct author_id) accounts,
            avg(cast(list_contains(tags, tag) as int)) share
        from truth_contents inner join now_contents using (content_id)
        inner join '{told.home.truth}/ring_pushes.parquet' using (ring)
        where kind <> 'comment' and published_at >= start_date and published_at < end_date
        group by ring
    """)
    assert len(pushes) >= 1
    assert pushes["accounts"].between(14, 22).all()
    assert (pushes["share"] == 1.0).all()


def test_accounts_of_a_ring_follow_one_another(told: Told) -> None:
    follows = told.ask("""
        select avg(cast(a.ring = b.ring as int)) share from relations
        inner join truth_users a on a.user_id = actor_id
        inner join truth_users b on b.user_id = target_id
        where verb = 'follow' and a.ring is not null
    """)
    assert follows["share"][0] > 0.2


def test_likes_follow_quality_and_the_camp(told: Told) -> None:
    seen = told.ask("""
        with likes as (
            select distinct actor_id, content_id from now_interactions where verb = 'like')
        select likes.actor_id is not null as is_liked, quality > 0 as is_good,
            side * slant > 0.5 as is_own_camp, side * slant < -0.5 as is_other_camp
        from (select distinct actor_id, content_id from now_interactions where verb = 'view') views
        inner join truth_contents using (content_id)
        inner join truth_users on truth_users.user_id = views.actor_id
        left join likes using (actor_id, content_id)
        where truth_users.ring is null and truth_contents.ring is null
    """)
    camp = np.where(seen["is_own_camp"], "own", np.where(seen["is_other_camp"], "other", "none"))
    liked = seen.groupby([camp, "is_good"])["is_liked"].mean().unstack()
    assert (liked[True] > 1.5 * liked[False]).all()
    assert (liked.loc["own"] > 2 * liked.loc["other"]).all()


def test_worse_posts_beg_and_better_ones_give_details(said: pd.DataFrame) -> None:
    posts = said[said["kind"] != "comment"]
    assert posts["quality"][posts["is_bait"]].mean() < posts["quality"].mean() - 0.3
    detailed = posts["body"].str.contains("step by step|tested twice|with a table")
    assert posts["quality"][detailed].mean() > posts["quality"].mean() + 0.3
