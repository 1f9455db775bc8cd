"""Who follows whom: by what they read, by friends of friends, by fame; and private messages."""

import numpy as np

from townsquare.simulate._columns import Bools, Ints, within
from townsquare.simulate._feed import Views, followees
from townsquare.simulate._outbox import coded, labels
from townsquare.simulate._sessions import Sessions
from townsquare.simulate._state import Day

_VERBS = ("follow", "unfollow", "block", "mute")
_FOLLOW, _UNFOLLOW, _BLOCK, _MUTE = range(4)


def relate(day: Day, sessions: Sessions, views: Views) -> None:
    """Follow, follow back, unfollow, and keep spam away."""
    follows, at_us = _new_follows(day, sessions, views)
    returned, returned_us = _follow_backs(day, sessions)
    keys = np.concatenate([follows, returned])
    moments_us = np.concatenate([at_us, returned_us])
    keys, firsts = np.unique(keys, return_index=True)
    moments_us = moments_us[firsts]
    fresh = ~_contains(day.state.edges, keys) & ((keys >> 32) != (keys & 0xFFFFFFFF))
    fresh &= day.people.registered_us[keys & 0xFFFFFFFF] < moments_us
    keys, moments_us = keys[fresh], moments_us[fresh]
    ended, ended_us, verbs = _endings(day, sessions)
    state = day.state
    state.edges = state.edges[~_contains(np.sort(ended), state.edges)]
    state.edges = np.insert(state.edges, np.searchsorted(state.edges, keys), keys)
    state.followed = keys
    told = np.concatenate([keys, ended])
    all_us = np.concatenate([moments_us, ended_us])
    verb = np.concatenate([np.full(len(keys), _FOLLOW), verbs])
    _tell(day, told, all_us, verb)


def _new_follows(day: Day, sessions: Sessions, views: Views) -> tuple[Ints, Ints]:
    """Each visit may end in following somebody: read just now, a friend's friend, or well known."""
    people, pool = day.people, day.state.pool
    rng = day.rng("following")
    users = sessions.user
    per_visit = people.following[users] / (1.0 + people.sessions[users])
    per_visit *= np.where(people.active_days[users] <= 1, 3.0, 0.5)
    at = np.repeat(np.arange(len(sessions)), rng.poisson(np.minimum(per_visit, 15.0)))
    actor = sessions.user[at]
    way = rng.random(len(at))
    seen = np.full(len(at), -1)
    if len(pool) and len(views):
        ends = np.cumsum(sessions.views)
        view = ends[at] - 1 - np.floor(rng.random(len(at)) * sessions.views[at]).astype(np.int64)
        seen = np.where(views.at[view] >= 0, pool.author[views.at[view]], views.target[view])
    friend = followees(day.state.edges, actor, rng)
    friends_friend = followees(day.state.edges, np.maximum(friend, 0), rng)
    friends_friend = np.where(friend >= 0, friends_friend, -1)
    famous = _famous(day, actor, rng)
    target = np.where(way < 0.45, seen, np.where(way < 0.65, friends_friend, famous))
    target = np.where(people.ring[actor] >= 0, _ring_mates(day, actor, famous, rng), target)
    known = target >= 0
    span = sessions.ends_us[at] - sessions.starts_us[at]
    at_us = sessions.starts_us[at] + (rng.random(len(at)) * span).astype(np.int64)
    return ((actor << 32) | target)[known], at_us[known]


def _famous(day: Day, actor: Ints, rng: np.random.Generator) -> Ints:
    """Somebody by fame, of the same community nine times out of ten."""
    people = day.people
    order = np.argsort(people.community, kind="stable")
    weight = np.where(people.is_deleted, 0.0, np.minimum(people.fame, 3000.0))[order]
    cumulative = np.concatenate([[0.0], np.cumsum(weight)])
    bounds = np.searchsorted(
        people.community[order], np.arange(len(day.world.community_shares) + 1)
    )
    own = people.community[actor]
    at_home = rng.random(len(actor)) < 0.9
    low = np.where(at_home, cumulative[bounds[own]], 0.0)
    high = np.where(at_home, cumulative[bounds[own + 1]], cumulative[-1])
    drawn = np.searchsorted(cumulative, low + rng.random(len(actor)) * (high - low), side="right")
    chosen: Ints = order[np.clip(drawn - 1, 0, len(order) - 1)]
    return chosen


def _ring_mates(day: Day, actor: Ints, famous: Ints, rng: np.random.Generator) -> Ints:
    """Accounts of a ring follow one another, and the famous to look like anybody."""
    ring = day.people.ring
    members = np.flatnonzero(ring >= 0)  # a ring registers at once: its members are neighbours
    own = ring[actor]
    low, high = np.searchsorted(ring[members], own), np.searchsorted(ring[members], own + 1)
    at = within(low, high, rng)
    mates = np.where(at >= 0, members[at], famous) if len(members) else famous
    return np.where(rng.random(len(actor)) < 0.6, mates, famous)


def _follow_backs(day: Day, sessions: Sessions) -> tuple[Ints, Ints]:
    """Those followed yesterday who come today follow back one time in three."""
    rng = day.rng("following back")
    followed = day.state.followed
    users, firsts = np.unique(sessions.user, return_index=True)
    back = ((followed & 0xFFFFFFFF) << 32) | (followed >> 32)
    here = np.isin(back >> 32, users) & (rng.random(len(back)) < 0.33)
    here &= day.people.ring[back & 0xFFFFFFFF] < 0
    kept = back[here]
    session = firsts[np.searchsorted(users, kept >> 32)]
    span = sessions.ends_us[session] - sessions.starts_us[session]
    return kept, sessions.starts_us[session] + (rng.random(len(kept)) * span).astype(np.int64)


def _endings(day: Day, sessions: Sessions) -> tuple[Ints, Ints, Ints]:
    """A few unfollows by who is here today; spam accounts are blocked or muted more often."""
    rng = day.rng("unfollowing")
    edges = day.state.edges
    users, firsts = np.unique(sessions.user, return_index=True)
    here = np.flatnonzero(np.isin(edges >> 32, users))
    spam = day.people.ring[edges[here] & 0xFFFFFFFF] >= 0
    drawn = rng.random(len(here))
    chosen = here[drawn < np.where(spam, 0.05, 0.003)]
    verbs = np.where(
        day.people.ring[edges[chosen] & 0xFFFFFFFF] >= 0,
        rng.choice([_BLOCK, _MUTE, _UNFOLLOW], len(chosen)),
        _UNFOLLOW,
    )
    ended = edges[chosen]
    session = firsts[np.searchsorted(users, ended >> 32)]
    span = sessions.ends_us[session] - sessions.starts_us[session]
    return (
        ended,
        sessions.starts_us[session] + (rng.random(len(ended)) * span).astype(np.int64),
        verbs,
    )


def _contains(ordered: Ints, keys: Ints) -> Bools:
    """Which keys an ordered array holds."""
    if len(ordered) == 0:
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    found: Bools = ordered[at] == keys
    return found


def _tell(day: Day, keys: Ints, at_us: Ints, verb: Ints) -> None:
    order = np.argsort(at_us, kind="stable")
    columns = {
        "relation_id": labels("r", day.state.number("relation", len(keys))),
        "actor_id": labels("u", keys[order] >> 32),
        "target_id": labels("u", keys[order] & 0xFFFFFFFF),
        "verb": coded(_VERBS, verb[order]),
    }
    day.outbox.add("relations", day.index, at_us[order], columns)


def send_messages(day: Day, sessions: Sessions, active: Bools) -> Ints:
    """Private messages to those followed, and answers of who is around; who sent one."""
    people = day.people
    rng = day.rng("messages")
    users = sessions.user
    rate = people.messaging[users] / (1.0 + people.sessions[users])
    at = np.repeat(np.arange(len(sessions)), rng.poisson(np.minimum(rate, 10.0)))
    sender = users[at]
    recipient = followees(day.state.edges, sender, rng)
    span = sessions.ends_us[at] - sessions.starts_us[at]
    sent_us = sessions.starts_us[at] + (rng.random(len(at)) * span).astype(np.int64)
    known = (recipient >= 0) & (people.registered_us[recipient] < sent_us)
    sender, recipient, sent_us = sender[known], recipient[known], sent_us[known]
    answer_us = sent_us + (np.exp(5.0 + 1.3 * rng.normal(size=len(sent_us))) * 1e6).astype(np.int64)
    answered = active[recipient] & (rng.random(len(sender)) < 0.45) & (answer_us < day.end_us)
    senders = np.concatenate([sender, recipient[answered]])
    recipients = np.concatenate([recipient, sender[answered]])
    moments_us = np.concatenate([sent_us, answer_us[answered]])
    order = np.argsort(moments_us, kind="stable")
    columns = {
        "message_id": labels("m", day.state.number("message", len(order))),
        "sender_id": labels("u", senders[order]),
        "recipient_id": labels("u", recipients[order]),
    }
    day.outbox.add("messages", day.index, moments_us[order], columns)
    return senders
