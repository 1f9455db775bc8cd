"""Who pays, for what, and until when; and what people answer when they are asked."""

import numpy as np
import pyarrow as pa

from townsquare.simulate._campaigns import OFFER_LIFT
from townsquare.simulate._columns import Bools, Floats, Ints
from townsquare.simulate._outbox import coded, labels
from townsquare.simulate._people import People
from townsquare.simulate._sessions import Sessions
from townsquare.simulate._state import Day
from townsquare.simulate._world import vocabulary

_KINDS = ("subscription", "purchase", "upgrade")
SUBSCRIPTION, PURCHASE, UPGRADE = range(3)
PRICE_USD, UPGRADE_USD = 7.99, 14.99
RENEWAL_DAYS = 30
_CANCEL_SHARE = 0.07


def subscription_chance(people: People, active_days: Ints | Floats, lift: Floats) -> Floats:
    """The chance of subscribing on an active day: intent, and some days to find out what it is."""
    settled = np.minimum(active_days, 6.0) / 6.0
    chance = 0.045 * np.exp(0.45 * np.minimum(people.intent, 2.6)) * settled * lift
    return np.where(people.is_premium, 0.0, np.minimum(chance, 0.5))


def purchase_chance(people: People) -> Floats:
    """The chance of buying something small on an active day."""
    chance: Floats = 0.018 * np.exp(0.35 * np.minimum(people.intent, 2.6))
    return chance


def draw_buyers(day: Day, active: Bools) -> tuple[Bools, Bools]:
    """Who subscribes, and who buys something, today."""
    people = day.people
    rng = day.rng("buying")
    lift = np.where(people.offer_until > day.index, OFFER_LIFT, 1.0)
    subscribing = rng.random(len(people)) < subscription_chance(
        people, people.active_days + 1, lift
    )
    purchasing = rng.random(len(people)) < purchase_chance(people)
    return active & subscribing, active & purchasing


def convert(day: Day, sessions: Sessions, subscribing: Bools, purchasing: Bools) -> Ints:
    """Tell today's conversions and renewals; whose plan changed."""
    people = day.people
    rng = day.rng("conversions")
    renewed, ended = _renewals(day, rng)
    subscribers, purchasers = np.flatnonzero(subscribing), np.flatnonzero(purchasing)
    user = np.concatenate([subscribers, purchasers, renewed])
    kind = np.repeat([SUBSCRIPTION, PURCHASE], [len(subscribers), len(purchasers)])
    again = np.where(rng.random(len(renewed)) < 0.05, UPGRADE, SUBSCRIPTION)
    kind = np.concatenate([kind, again])
    users, firsts = np.unique(sessions.user, return_index=True)
    moment_us = day.start_us + rng.integers(0, 86_000_000_000, len(user))
    here = len(subscribers) + len(purchasers)
    visit = firsts[np.searchsorted(users, user[:here])]
    paid_us = sessions.ends_us[visit] + rng.integers(1_000_000, 30_000_000, here)
    moment_us[:here] = np.minimum(paid_us, day.end_us - 1)
    price = np.where(kind == UPGRADE, UPGRADE_USD, PRICE_USD)
    bought = np.round(np.exp(1.4 + 0.8 * rng.normal(size=len(user))), 2)
    columns = {
        "conversion_id": labels("v", day.state.number("conversion", len(user))),
        "user_id": labels("u", user),
        "kind": coded(_KINDS, kind),
        "amount": pa.array(np.where(kind == PURCHASE, bought, price)),
        "currency": pa.array(["USD"] * len(user), pa.string()),
    }
    day.outbox.add("conversions", day.index, moment_us, columns)
    people.is_premium[subscribers] = True
    people.premium_since[subscribers] = day.index
    people.is_premium[ended] = False
    first = user[:here][people.converted_on[user[:here]] < 0]
    people.converted_on[first] = day.index
    return np.concatenate([subscribers, ended])


def _renewals(day: Day, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Premium runs on every 30 days, present or not, until it is ended; it tells no presence."""
    people = day.people
    span = day.index - people.premium_since
    due = np.flatnonzero(people.is_premium & (span > 0) & (span % RENEWAL_DAYS == 0))
    ends = (rng.random(len(due)) < _CANCEL_SHARE) | people.is_deleted[due]
    return due[~ends], due[ends]


def ask(day: Day, sessions: Sessions, unhappiness: Floats) -> None:
    """Surveys after a few visits; the unhappy answer so, in number and in words."""
    rng = day.rng("surveys")
    asked = np.flatnonzero(rng.random(len(sessions)) < 0.01)
    user = sessions.user[asked]
    is_nps = rng.random(len(asked)) < 0.6
    content = -unhappiness[user] + 0.6 * rng.normal(size=len(asked))
    nps = np.clip(np.round(7.2 + 2.2 * content), 0, 10)
    csat = np.clip(np.round(3.7 + 0.9 * content), 1, 5)
    mood = np.where(content < -0.6, 0, np.where(content > 0.4, 2, 1))
    words = vocabulary()["survey"]
    answers = [words[name] for name in ("negative", "neutral", "positive")]
    said = rng.integers(0, 4, len(asked))
    texts = [
        answers[m][n % len(answers[m])] if n else None
        for m, n in zip(mood.tolist(), said.tolist(), strict=True)
    ]
    columns = {
        "survey_id": labels("q", day.state.number("survey", len(asked))),
        "user_id": labels("u", user),
        "kind": coded(("csat", "nps"), is_nps.astype(np.int64)),
        "score": pa.array(np.where(is_nps, nps, csat)),
        "text": pa.array(texts, pa.string()),
    }
    day.outbox.add("surveys", day.index, sessions.ends_us[asked], columns)
