"""Randomised campaigns: who is assigned, what is sent, what becomes of it; effects are known."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from townsquare.simulate._columns import Bools, Columns, Ints
from townsquare.simulate._outbox import coded, labels, moments
from townsquare.simulate._sessions import Sessions
from townsquare.simulate._state import Day

STRATEGIES = ("winback", "premium_offer", "weekly_digest")
WINBACK, PREMIUM_OFFER, WEEKLY_DIGEST = range(3)
_ACTIONS = ("send_push", "show_offer", "send_email")
_CHANNELS = ("push", "in_app", "email")
_COSTS = np.array([0.02, 0.05, 0.01])
PROPENSITIES = np.array([0.5, 0.5, 0.7])
WINBACK_SILENCES = (10, 21)  # days since the last active day at which a push is decided
OFFER_DAYS, OFFER_PAUSE_DAYS = 7, 60
OFFER_SHARE = 0.04  # of the eligible, each day
OFFER_LIFT = 2.0  # times the chance to convert on an active day
_UNSUBSCRIBE_SHARE = 0.01


@dataclass
class Assignments(Columns):
    """Who was decided for today."""

    id: Ints
    user: Ints
    strategy: Ints
    treated: Bools


def assign(day: Day) -> Assignments:
    """Decide at the start of the day, by chance alone within those eligible."""
    people = day.people
    rng = day.rng("campaigns")
    silent = day.index - people.last_active
    reachable = ~people.is_deleted & ~people.is_unsubscribed
    age_days = (day.start_us - people.registered_us) / 86_400e6
    lapsed = reachable & np.isin(silent, WINBACK_SILENCES)
    offered = reachable & (silent <= 7) & ~people.is_premium & (age_days >= 14)
    offered &= (day.index - people.offered_on >= OFFER_PAUSE_DAYS) & (
        rng.random(len(people)) < OFFER_SHARE
    )
    digest = reachable & (silent <= 60) & (rng.random(len(people)) < 0.10)
    digest &= day.date.weekday() == 0
    chosen = [np.flatnonzero(mask) for mask in (lapsed, offered, digest)]
    user = np.concatenate(chosen)
    strategy = np.repeat(np.arange(3), [len(users) for users in chosen])
    treated = rng.random(len(user)) < PROPENSITIES[strategy]
    people.offered_on[chosen[1]] = day.index
    given = (strategy == PREMIUM_OFFER) & treated
    people.offer_until[user[given]] = day.index + OFFER_DAYS
    return Assignments(day.state.number("assignment", len(user)), user, strategy, treated)


def prompted(assignments: Assignments) -> Ints:
    """Those whom a push may bring back today."""
    users: Ints = assignments.user[(assignments.strategy == WINBACK) & assignments.treated]
    return users


def tell_assignments(day: Day, assignments: Assignments) -> None:
    """Export every decision, of either arm."""
    propensity = PROPENSITIES[assignments.strategy]
    arm = assignments.treated.astype(np.int64)
    decided_us = np.full(len(assignments), day.start_us + 60_000_000)
    columns = {
        "assignment_id": labels("a", assignments.id),
        "user_id": labels("u", assignments.user),
        "strategy": coded(STRATEGIES, assignments.strategy),
        "action": coded(_ACTIONS, assignments.strategy),
        "arm": coded(("control", "treatment"), arm),
        "propensity": pa.array(np.where(assignments.treated, propensity, 1 - propensity)),
        "cost": pa.array(np.where(assignments.treated, _COSTS[assignments.strategy], 0.0)),
    }
    day.outbox.add("assignments", day.index, decided_us, columns)


def notify(day: Day, assignments: Assignments, sessions: Sessions, asked: Ints) -> None:
    """Tell the treated, and authors who were answered; only who comes by afterwards opens it."""
    rng = day.rng("notifications")
    treated = assignments.where(assignments.treated)
    answered = np.unique(asked)
    user = np.concatenate([treated.user, answered])
    campaign = np.concatenate([treated.strategy, np.full(len(answered), -1)])
    sent_us = day.start_us + 120_000_000 + rng.integers(0, 1_200_000_000, len(user))
    sent_us = np.where(campaign < 0, sent_us + rng.integers(0, 80_000_000_000, len(user)), sent_us)
    sent_us = np.maximum(sent_us, day.people.registered_us[user] + 1_000_000)
    visit_us = _last_visits(day, sessions)[user]
    opened = (visit_us > sent_us) & (rng.random(len(user)) < 0.55)
    clicked = opened & (rng.random(len(user)) < 0.45)
    left = opened & (campaign >= 0) & (rng.random(len(user)) < _UNSUBSCRIBE_SHARE)
    day.people.is_unsubscribed[user[left]] = True
    channel = np.where(campaign < 0, 1, campaign)
    channel = np.where(campaign == WINBACK, 0, np.where(campaign == WEEKLY_DIGEST, 2, channel))
    columns = {
        "notification_id": labels("n", day.state.number("notification", len(user))),
        "user_id": labels("u", user),
        "channel": coded(_CHANNELS, channel),
        "campaign": coded(STRATEGIES, campaign),
        "opened_at": moments(np.where(opened, visit_us, -1)),
        "clicked_at": moments(np.where(clicked, visit_us + 3_000_000, -1)),
        "unsubscribed_at": moments(np.where(left, visit_us + 9_000_000, -1)),
    }
    day.outbox.add("notifications", day.index, sent_us, columns)


def _last_visits(day: Day, sessions: Sessions) -> Ints:
    """When each person's last session of the day began; -1 without one."""
    visits = np.full(len(day.people), -1)
    np.maximum.at(visits, sessions.user, sessions.starts_us)
    return visits
