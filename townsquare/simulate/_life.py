"""Staying and leaving: hidden from the network, and what a perfect observer could believe of it."""

import numpy as np

from townsquare.simulate._campaigns import (
    OFFER_DAYS,
    OFFER_LIFT,
    OFFER_PAUSE_DAYS,
    OFFER_SHARE,
    PREMIUM_OFFER,
    PROPENSITIES,
    WINBACK,
    WINBACK_SILENCES,
)
from townsquare.simulate._columns import Bools, Floats, Ints
from townsquare.simulate._conversions import purchase_chance, subscription_chance
from townsquare.simulate._people import People, presence_chance
from townsquare.simulate._state import Day

HORIZON_DAYS = 28
_FEEDBACK_KEPT = 0.92  # from one day to the next
_CLOSING_SHARE, _RING_CLOSING_SHARE = 0.06, 0.7


def leaving_chance(people: People, active_days: Ints | Floats) -> Floats:
    """The chance of leaving for good after an active day.

    Per day of life it is about the person's hazard, so that the busy do not leave sooner for being
    busy; the first days are the riskiest, being answered and being premium hold people.
    """
    usual = people.hazard / (1.0 - np.exp(-people.rate))
    early = 0.36 * np.exp(-(np.maximum(active_days, 1.0) - 1.0) / 1.6)
    held = np.exp(-0.40 * np.minimum(np.log1p(people.feedback), 3.0) - 0.15 * people.mood)
    held *= np.where(people.is_premium, 0.4, 1.0)
    honest = np.clip((np.minimum(usual, 0.30) + early) * held, 0.002, 0.85)
    return np.where(people.ring >= 0, people.hazard, honest)


def unhappiness(people: People) -> Floats:
    """What surveys measure: low mood and silence in return for what one says."""
    silence = np.minimum(np.log1p(people.feedback), 3.0) - 1.0
    return -0.8 * people.mood / 0.45 - 0.35 * silence


def age(day: Day, active: Bools, got: Floats) -> Ints:
    """End the day: count it, let people leave, and close some of their accounts; who closed."""
    people = day.people
    rng = day.rng("leaving")
    people.feedback = people.feedback * _FEEDBACK_KEPT + got
    people.last_active[active] = day.index
    people.active_days[active] += 1
    leaves = active & (rng.random(len(people)) < leaving_chance(people, people.active_days))
    people.is_present[leaves] = False
    closes = leaves & (rng.random(len(people)) < closing_share(people))
    people.is_deleted[closes] = True
    return np.flatnonzero(closes)


def closing_share(people: People) -> Floats:
    """How many of those who leave close their account as they go."""
    return np.where(people.ring >= 0, _RING_CLOSING_SHARE, _CLOSING_SHARE)


def update_belief(day: Day, active: Bools, prompted: Ints) -> None:
    """Bayes' rule on presence: a silent day makes absence likelier, an active one starts anew."""
    people = day.people
    silence = 1.0 - presence_chance(people, day.date.weekday())
    silence[prompted] *= 1.0 - people.push_response[prompted]
    silent = people.belief * silence
    silent = silent / (silent + 1.0 - people.belief)
    leaving, closing = leaving_chance(people, people.active_days), closing_share(people)
    stays = (1.0 - leaving) / (1.0 - leaving * closing)
    people.belief = np.where(people.is_deleted, 0.0, np.where(active, stays, silent))


def churn_probability(people: People, as_of: int) -> Floats:
    """No activity in the next 28 days, to who knows nature and history, not the hidden state."""
    silence = np.exp(-HORIZON_DAYS * people.rate)
    since = as_of - people.last_active
    for at in WINBACK_SILENCES:
        comes = (since <= at) & (since + HORIZON_DAYS > at) & ~people.is_unsubscribed
        silence *= np.where(comes, 1.0 - PROPENSITIES[WINBACK] * people.push_response, 1.0)
    probability: Floats = 1.0 - people.belief * (1.0 - silence)
    return probability


def conversion_probability(people: People, as_of: int) -> Floats:
    """A first conversion within the next 28 days, under the same knowledge.

    Sums over the coming active days: the n-th happens if enough days are active (binomial), the
    person has neither left nor converted before it, and then converts on it.
    """
    active = 1.0 - np.exp(-people.rate)
    reached = np.ones(len(people))
    exactly = (1.0 - active) ** HORIZON_DAYS
    unconverted = people.belief.copy()
    total = np.zeros(len(people))
    lift = 1.0 + (OFFER_LIFT - 1.0) * _offered_share(people, as_of)
    odds = active / np.maximum(1.0 - active, 1e-9)
    purchase = purchase_chance(people)
    for number in range(1, HORIZON_DAYS + 1):
        reached = np.maximum(reached - exactly, 0.0)
        days = people.active_days + number
        pays = 1.0 - (1.0 - subscription_chance(people, days, lift)) * (1.0 - purchase)
        total += reached * unconverted * pays
        unconverted = unconverted * (1.0 - pays) * (1.0 - leaving_chance(people, days))
        exactly = exactly * odds * (HORIZON_DAYS - number + 1) / number
    return total


def _offered_share(people: People, as_of: int) -> Floats:
    """The share of the coming 28 days under an offer: the rest of one, and what may yet be got."""
    running = np.clip(people.offer_until - as_of, 0, OFFER_DAYS)
    wait = np.clip(OFFER_PAUSE_DAYS - (as_of - people.offered_on), 0, HORIZON_DAYS)
    open_days = HORIZON_DAYS - wait
    # An offer drawn late in the horizon runs past its end, hence the half.
    runs = np.minimum(OFFER_DAYS, open_days / 2.0)
    coming = PROPENSITIES[PREMIUM_OFFER] * (1.0 - np.exp(-OFFER_SHARE * open_days)) * runs
    share: Floats = np.minimum(running + coming * ~people.is_unsubscribed, HORIZON_DAYS)
    return share / HORIZON_DAYS
