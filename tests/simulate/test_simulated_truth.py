"""What is planted can be found: calibrated probabilities, effects, rings, moods and topics."""

import numpy as np
import pandas as pd
import pytest
from simulated_network import Told
from sklearn.metrics import roc_auc_score

from townsquare.simulate._texts import MOODS


def _worst_gap(probability: pd.Series, happened: pd.Series) -> float:
    """The largest gap between what was said and what came in ten bins, in standard errors."""
    bins = pd.qcut(probability, 10, duplicates="drop")
    table = pd.DataFrame({"said": probability, "came": happened.astype(float)})
    grouped = table.groupby(bins, observed=True).agg(["mean", "size"])
    said, came = grouped["said"]["mean"], grouped["came"]["mean"]
    spread = np.sqrt((said * (1 - said)).clip(1e-4) / grouped["said"]["size"])
    # A person is in several weeks, so the rows are fewer than they look.
    return float(((said - came).abs() / (2 * spread)).max())


def test_churn_probabilities_are_calibrated_and_sharp(outcomes: pd.DataFrame) -> None:
    active = outcomes[outcomes["silent_days"] <= 28]
    said, came = active["churn_probability"], active["is_churned"]
    assert len(active) > 3000
    assert abs(said.mean() - came.mean()) < 0.02
    assert _worst_gap(said, came) < 3
    assert 0.80 < roc_auc_score(came, said) < 0.93


def test_conversion_probabilities_are_calibrated_and_sharp(outcomes: pd.DataFrame) -> None:
    candidates = outcomes.dropna(subset=["conversion_probability"])
    said, came = candidates["conversion_probability"], candidates["is_converted"]
    assert came.sum() > 100
    assert abs(said.mean() / came.mean() - 1) < 0.15
    assert _worst_gap(said, came) < 3
    assert 0.80 < roc_auc_score(came, said) < 0.95


def test_belief_in_presence_is_right_on_average_and_lower_for_the_departed(told: Told) -> None:
    beliefs = told.ask("""
        select left_date is null as is_present, avg(presence_probability) belief, count(*) n
        from truth_probabilities
        left join truth_departures on truth_departures.user_id = truth_probabilities.user_id
            and left_date < as_of_date
        where as_of_date = date '2025-04-20' group by is_present order by is_present
    """)
    present = beliefs["n"][1] / beliefs["n"].sum()
    believed = (beliefs["belief"] * beliefs["n"]).sum() / beliefs["n"].sum()
    assert abs(present - believed) < 0.03
    assert beliefs["belief"][1] > 2 * beliefs["belief"][0]


def _difference(told: Told, strategy: str, outcome: str) -> pd.Series:
    """Treated minus control of a 0/1 outcome that is joined by user and assignment day."""
    return told.ask(f"""
        with rows as (
            select arm, coalesce({outcome}, 0) as y, truth_effects.effect
            from now_assignments inner join truth_effects using (assignment_id)
            where now_assignments.strategy = '{strategy}')
        select avg(y) filter (arm = 'treatment') - avg(y) filter (arm = 'control') difference,
            sqrt(var_samp(y) filter (arm = 'treatment') / count(*) filter (arm = 'treatment')
                + var_samp(y) filter (arm = 'control') / count(*) filter (arm = 'control')) error,
            avg(effect) as truth, count(*) n
        from rows
    """).iloc[0]


_ACTIVE_THAT_DAY = """(
    select 1 from active_days where active_days.user_id = now_assignments.user_id
        and active_date = cast(assigned_at as date))"""
_SUBSCRIBED_THAT_WEEK = """(
    select max(1) from now_conversions where now_conversions.user_id = now_assignments.user_id
        and kind = 'subscription' and converted_at >= cast(assigned_at as date)
        and converted_at < cast(assigned_at as date) + 7)"""


@pytest.mark.parametrize(
    ("strategy", "outcome"),
    [
        ("winback", _ACTIVE_THAT_DAY),
        ("premium_offer", _SUBSCRIBED_THAT_WEEK),
        ("weekly_digest", _ACTIVE_THAT_DAY),
    ],
)
def test_planted_effects_are_recovered_within_their_interval(
    told: Told, strategy: str, outcome: str
) -> None:
    found = _difference(told, strategy, outcome)
    assert found["n"] > 500
    assert abs(found["difference"] - found["truth"]) < 2.6 * found["error"]


def test_the_winback_is_seen_and_the_digest_does_nothing(told: Told) -> None:
    winback = _difference(told, "winback", _ACTIVE_THAT_DAY)
    assert winback["truth"] > 0.02
    assert winback["difference"] > 3 * winback["error"]
    assert _difference(told, "weekly_digest", _ACTIVE_THAT_DAY)["truth"] == 0


def test_arms_are_drawn_with_their_propensity(told: Told) -> None:
    arms = told.ask("""
        select strategy, avg(cast(arm = 'treatment' as int)) share, count(*) n,
            avg(propensity) filter (arm = 'treatment') propensity
        from now_assignments group by strategy
    """)
    assert len(arms) == 3
    error = np.sqrt(arms["propensity"] * (1 - arms["propensity"]) / arms["n"])
    assert ((arms["share"] - arms["propensity"]).abs() < 4 * error).all()


def test_spam_rings_register_together_and_lift_one_another(told: Told) -> None:
    rings = told.ask("""
        select ring, count(*) n, date_diff('minute', min(registered_at), max(registered_at)) span
        from truth_users inner join now_users using (user_id)
        where ring is not null group by ring
    """)
    assert len(rings) >= 1
    assert rings["n"].between(8, 24).all()
    assert (rings["span"] <= 60).all()
    likes = told.ask("""
        select avg(cast(likers.ring = authors.ring as int)) share
        from interactions
        inner join now_contents using (content_id)
        inner join truth_users likers on likers.user_id = actor_id
        inner join truth_users authors on authors.user_id = author_id
        where verb = 'like' and likers.ring is not null
    """)
    assert likes["share"][0] > 0.3


def test_viral_contents_are_seen_far_more(told: Told) -> None:
    seen = told.ask("""
        select is_viral, avg(n) n from (
            select content_id, is_viral, count(interaction_id) n
            from truth_contents left join interactions using (content_id)
            inner join now_contents using (content_id)
            where kind <> 'comment' group by all)
        group by is_viral order by is_viral
    """)["n"]
    assert seen[1] > 4 * seen[0]


def test_moods_show_in_the_words_of_honest_texts(told: Told) -> None:
    words = told.ask("""
        select mood_class, avg(cast(regexp_matches(body, 'love|grateful|proud|happy') as int)) glad
        from truth_contents inner join now_contents using (content_id)
        where ring is null group by mood_class
    """).set_index("mood_class")["glad"]
    assert set(words.index) == set(MOODS)
    assert words["positive"] > 0.15
    assert words["negative"] < 0.05


def test_topics_show_in_the_words(told: Told) -> None:
    hits = told.ask("""
        select avg(cast(list_contains(tags, topic) as int)) hit
        from truth_contents inner join now_contents using (content_id)
        where len(tags) > 0 and kind <> 'comment'
    """)
    assert hits["hit"][0] > 0.99


def test_communities_keep_to_themselves(told: Told) -> None:
    follows = told.ask(
        """
        select avg(cast(a.community = b.community as int)) share,
            (select sum(share * share) from 'TRUTH/communities.parquet') by_chance
        from relations
        inner join truth_users a on a.user_id = actor_id
        inner join truth_users b on b.user_id = target_id
        where verb = 'follow' and a.ring is null
    """.replace("TRUTH", str(told.home.truth))
    )
    assert follows["share"][0] > 2 * follows["by_chance"][0]
