"""What was known of a network as of any day: its deeds, threads, accounts and relations.

A model that is trained and judged on past days must see them as they were: without what came later,
without what was told later, and with what was taken back only later.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from ml.graph._communities import NO_PAST, find_communities
from ml.graph._snapshot import Acts, Snapshot, take
from ml.graph._ties import (
    Bools,
    Deeds,
    Floats,
    Ints,
    declared,
    number_days,
    number_users,
    places,
    strengths,
)

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Uses:
    """Who wrote in which thread, how often, and the day that first knows it."""

    user: Ints
    thread: Ints
    count: Floats
    known: Ints
    n_threads: int


@dataclass(frozen=True)
class Accounts:
    """From which to which day, both included, an account was known to be open."""

    user: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True)
class Changes:
    """Who began or ended a follow, block or mute of whom, in the order of their times."""

    actor: Ints
    target: Ints
    verb: Ints  # places in `verbs`
    known: Ints
    superseded: Ints
    verbs: tuple[str, ...]

    def holding(self, kind: str, day: int, n_users: int) -> Ints:
        """Pairs, as actor * users + target, of which this kind was known to hold before a day."""
        ways = [
            self.verbs.index(verb) if verb in self.verbs else -1 for verb in (kind, f"un{kind}")
        ]
        chosen = (self.known < day) & (self.superseded >= day) & np.isin(self.verb, ways)
        keys = self.actor[chosen] * n_users + self.target[chosen]
        # Of each pair the last change counts, so the first from behind.
        pairs, last = np.unique(keys[::-1], return_index=True)
        held: Ints = pairs[self.verb[chosen][::-1][last] == ways[0]]
        return held


@dataclass(frozen=True)
class Moment:
    """All that a suggestion of one day may rest on, over the users of the deeds."""

    snapshot: Snapshot
    community: Ints
    is_open: Bools
    kept_apart: Ints  # actor * users + target

    @property
    def n_users(self) -> int:
        """How many users there are."""
        return self.snapshot.n_users


@dataclass(frozen=True)
class World:
    """All that was ever told, with the days that knew it; users are those of the deeds."""

    deeds: Deeds
    uses: Uses
    accounts: Accounts
    changes: Changes

    @cached_property
    def deeds_known(self) -> Deeds:
        """The deeds as they are known now."""
        return self.deeds.known_before(NEVER)

    @cached_property
    def ties_known(self) -> Acts:
        """The ties as they are known now."""
        return ties_of(self.deeds_known)

    def as_of(self, day: int, half_life_days: float) -> Moment:
        """What was known before a day."""
        deeds, n = self.deeds.known_before(day), self.deeds.n_users
        uses, known = self.uses, self.uses.known < day
        used = (uses.user[known], uses.thread[known], uses.count[known], uses.n_threads)
        follows = self.changes.holding("follow", day, n)
        strength = strengths(deeds, (follows // n, follows % n), day)
        spans = self.accounts
        is_open = np.zeros(n, dtype=bool)
        is_open[spans.user[(spans.first <= day) & (spans.last >= day)]] = True
        return Moment(
            snapshot=take(ties_of(deeds), n, day, half_life_days, looks_of(deeds), used),
            community=find_communities(strength, self.deeds.users, NO_PAST).community,
            is_open=is_open,
            kept_apart=self._kept_apart(day),
        )

    def _kept_apart(self, day: int) -> Ints:
        """Pairs of whom one blocks or mutes the other, in both orders."""
        n = self.deeds.n_users
        one = np.concatenate([self.changes.holding(kind, day, n) for kind in ("block", "mute")])
        return np.unique(np.concatenate([one, one % n * n + one // n]))


def ties_of(deeds: Deeds) -> Acts:
    """The deeds that tie."""
    weight = deeds.weights()
    every = Acts(deeds.actor, deeds.target, deeds.day, weight)
    return every.where((weight > 0) & (deeds.actor != deeds.target))


def looks_of(deeds: Deeds) -> Acts:
    """The deeds that only show attention."""
    every = Acts(deeds.actor, deeds.target, deeds.day, deeds.count)
    return every.where(deeds.is_of(declared().attention))


def number_uses(table: pa.Table, users: pa.Array) -> Uses:
    """The uses that input_authorships tells."""
    threads, (thread,) = number_users([table["thread_id"]])
    user = places(users, table["author_id"])
    known = user >= 0
    return Uses(
        user=user[known],
        thread=thread[known],
        count=table["n_contents"].to_numpy().astype(np.float64)[known],
        known=number_days(table["known_date"])[known],
        n_threads=len(threads),
    )


def number_accounts(table: pa.Table, users: pa.Array) -> Accounts:
    """The stretches that input_accounts tells."""
    user = places(users, table["user_id"])
    known = user >= 0
    last = _or_never(table["last_date"])
    return Accounts(user[known], number_days(table["first_date"])[known], last[known])


def number_changes(table: pa.Table, users: pa.Array) -> Changes:
    """The changes that input_relation_changes tells."""
    table = table.sort_by([("occurred_at", "ascending"), ("relation_id", "ascending")])
    verbs, (verb,) = number_users([table["verb"]])
    actor, target = places(users, table["actor_id"]), places(users, table["target_id"])
    known = (actor >= 0) & (target >= 0) & (actor != target)
    return Changes(
        actor=actor[known],
        target=target[known],
        verb=verb[known],
        known=number_days(table["known_date"])[known],
        superseded=_or_never(table["superseded_date"])[known],
        verbs=tuple(verbs.to_pylist()),
    )


def _or_never(dates: pa.ChunkedArray) -> Ints:
    days = dates.cast(pa.int32()).cast(pa.int64()).fill_null(NEVER)
    never: Ints = days.to_numpy()
    return never
