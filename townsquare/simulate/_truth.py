"""Writes what only the simulator knows; nothing under truth/ is ever landed."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from townsquare.simulate._campaigns import (
    OFFER_DAYS,
    OFFER_LIFT,
    PREMIUM_OFFER,
    STRATEGIES,
    WINBACK,
    Assignments,
)
from townsquare.simulate._columns import Floats, Ints
from townsquare.simulate._contents import Drafts
from townsquare.simulate._conversions import subscription_chance
from townsquare.simulate._life import churn_probability, conversion_probability
from townsquare.simulate._outbox import coded, labels, write_parquet
from townsquare.simulate._people import presence_chance
from townsquare.simulate._state import Day
from townsquare.simulate._texts import MOODS, mood_class

_KNOWN_DAYS = 90


def _write(day: Day, truth: Path, name: str, rows: dict[str, object]) -> None:
    write_parquet(pa.table(rows), truth / name / f"{day.date.isoformat()}.parquet")


def write_people(day: Day, who: Ints, truth: Path) -> None:
    """The nature of those who registered today."""
    people = day.people.where(who)
    interests = [[day.world.topics[t] for t in row] for row in people.interests.tolist()]
    _write(
        day,
        truth,
        "users",
        {
            "user_id": labels("u", who),
            "community": people.community,
            "interests": pa.array(interests, pa.list_(pa.string())),
            "ring": labels("ring", people.ring),
            "daily_rate": people.rate,
            "hazard_per_day": people.hazard,
            "intent": people.intent,
            "mood": people.mood,
            "side": people.side,
            "skill": people.skill,
            "fame": people.fame,
            "push_response": people.push_response,
        },
    )


def write_contents(day: Day, drafts: Drafts, truth: Path) -> None:
    """Topic, mood, worth and origin of today's contents."""
    _write(
        day,
        truth,
        "contents",
        {
            "content_id": labels("c", drafts.id),
            "topic": coded(day.world.topics, drafts.topic),
            "mood": drafts.mood,
            "mood_class": coded(MOODS, mood_class(drafts.mood)),
            "quality": drafts.quality,
            "slant": drafts.slant,
            "is_bait": drafts.bait > 0,
            "trend": pa.array(drafts.trend, mask=drafts.trend < 0),
            "is_viral": drafts.boost > 1.0,
            "ring": labels("ring", drafts.ring),
            "community": day.people.community[drafts.author],
        },
    )


def write_departures(day: Day, left: Ints, truth: Path) -> None:
    """Who left for good at the end of today, whether the account was closed or not."""
    closed = day.people.is_deleted[left]
    _write(
        day,
        truth,
        "departures",
        {
            "user_id": labels("u", left),
            "left_date": pa.array(np.full(len(left), np.datetime64(day.date, "D"))),
            "is_closed": closed,
        },
    )


def write_effects(day: Day, assignments: Assignments, truth: Path) -> None:
    """For every assignment the true difference that treatment makes to its own outcome.

    winback: the chance of being active on the day itself. premium_offer: the expected number of
    subscriptions in the seven days from it, to first order. weekly_digest: nothing at all.
    """
    people = day.people.where(assignments.user)
    chance = presence_chance(people, day.date.weekday())
    moved = people.is_present * (1.0 - chance) * people.push_response
    per_day = 1.0 - np.exp(-people.rate)
    pays = subscription_chance(people, people.active_days + 1, np.ones(len(people)))
    offered = people.is_present * OFFER_DAYS * per_day * pays * (OFFER_LIFT - 1.0)
    strategy = assignments.strategy
    effect: Floats = np.where(
        strategy == WINBACK, moved, np.where(strategy == PREMIUM_OFFER, offered, 0.0)
    )
    _write(
        day,
        truth,
        "effects",
        {
            "assignment_id": labels("a", assignments.id),
            "user_id": labels("u", assignments.user),
            "strategy": coded(STRATEGIES, strategy),
            "is_treated": assignments.treated,
            "effect": effect,
        },
    )


def write_probabilities(day: Day, truth: Path) -> None:
    """As of the next midnight, for everybody seen in the last 90 days and still open."""
    people, as_of = day.people, day.index + 1
    who = np.flatnonzero((people.last_active >= as_of - _KNOWN_DAYS) & ~people.is_deleted)
    known = people.where(who)
    converted = known.converted_on >= 0
    converts = conversion_probability(known, as_of)
    _write(
        day,
        truth,
        "probabilities",
        {
            "user_id": labels("u", who),
            "as_of_date": pa.array(np.full(len(who), np.datetime64(day.date, "D") + 1)),
            "presence_probability": known.belief.astype(np.float32),
            "churn_probability": churn_probability(known, as_of).astype(np.float32),
            "conversion_probability": pa.array(converts.astype(np.float32), mask=converted),
        },
    )
