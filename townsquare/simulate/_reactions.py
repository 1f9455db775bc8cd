"""What people do to what they see: like, share, save, report, comment, and look at the plans."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from townsquare.simulate._columns import Bools, Columns, Floats, Ints
from townsquare.simulate._contents import Drafts, write_comments
from townsquare.simulate._feed import PLANS, PROFILE, SURFACES, Views
from townsquare.simulate._outbox import coded, labels
from townsquare.simulate._planting import talkativeness
from townsquare.simulate._sessions import Sessions
from townsquare.simulate._state import Day
from townsquare.simulate._world import HOUR_US

VERBS = ("view", "like", "share", "save", "hide", "report")
VIEW, LIKE, SHARE, SAVE, HIDE, REPORT = range(6)


@dataclass
class Interactions(Columns):
    """Rows of the contract's table, in numbers; -1 and nan stand for nothing."""

    happened_us: Ints
    actor: Ints
    verb: Ints
    content: Ints
    target: Ints
    surface: Ints
    session: Ints
    dwell: Floats


def view_rows(day: Day, views: Views, sessions: Sessions) -> Interactions:
    """Every view as an interaction."""
    pool = day.state.pool
    seen = views.at >= 0
    content = np.where(seen, pool.id[views.at], -1) if len(pool) else views.at
    return Interactions(
        happened_us=views.happened_us,
        actor=views.user,
        verb=np.full(len(views), VIEW),
        content=content,
        target=views.target,
        surface=views.surface,
        session=sessions.id[views.session],
        dwell=views.dwell,
    )


def react(day: Day, views: Views, sessions: Sessions) -> list[Interactions]:
    """Likes, shares, saves, hides and reports that follow from the views."""
    views = views.where(views.at >= 0)
    if len(views) == 0:
        return []
    pool, people = day.state.pool, day.people
    rng = day.rng("reactions")
    quality = pool.quality[views.at]
    fits = (people.interests[views.user] == pool.topic[views.at][:, None]).any(axis=1)
    same_ring = (people.ring[views.user] >= 0) & (people.ring[views.user] == pool.ring[views.at])
    spam = pool.ring[views.at] >= 0
    agreed = np.clip(people.side[views.user] * pool.slant[views.at], -2.0, 2.0)
    pull = people.liking[views.user] - 0.15 + 0.8 * quality + 0.8 * fits + agreed
    pull += 0.5 * pool.bait[views.at] + 4.0 * same_ring - 1.5 * spam
    likes = rng.random(len(views)) < 1 / (1 + np.exp(-pull))
    likes &= _is_first(day, views, likes)
    np.add.at(pool.likes, views.at[likes], 1)
    keen = np.exp(0.5 * quality + 0.6 * np.minimum(people.intent[views.user], 2.5))
    chances = (
        (SHARE, 0.004 * np.exp(quality) * (1 + fits)),
        (SAVE, 0.010 * keen),
        (HIDE, np.where(spam, 0.06, 0.002 * np.exp(-0.8 * agreed - 0.4 * quality))),
        (REPORT, np.where(spam, 0.03, 0.0004)),
    )
    rows = [_reaction_rows(day, views, sessions, LIKE, likes)]
    for verb, chance in chances:
        done = rng.random(len(views)) < np.where(same_ring, 0.0, chance)
        rows.append(_reaction_rows(day, views, sessions, verb, done))
    return rows


def _is_first(day: Day, views: Views, likes: Bools) -> Bools:
    """A content is liked once by a person; remembers the likes of what is still around."""
    state = day.state
    keys = (views.user << 32) | state.pool.id[views.at]
    fresh = likes & ~np.isin(keys, state.liked)
    places = np.flatnonzero(fresh)
    _, firsts = np.unique(keys[places], return_index=True)
    first = np.zeros(len(views), dtype=bool)
    first[places[firsts]] = True
    around = (state.liked & 0xFFFFFFFF) >= state.pool.id[0]
    state.liked = np.concatenate([state.liked[around], keys[first]])
    return first


def _reaction_rows(
    day: Day, views: Views, sessions: Sessions, verb: int, done: Bools
) -> Interactions:
    acted = views.where(done)
    after = np.maximum(acted.dwell * 0.8, 1.0) * 1e6
    return Interactions(
        happened_us=acted.happened_us + after.astype(np.int64),
        actor=acted.user,
        verb=np.full(len(acted), verb),
        content=day.state.pool.id[acted.at],
        target=np.full(len(acted), -1),
        surface=acted.surface,
        session=sessions.id[acted.session],
        dwell=np.full(len(acted), np.nan),
    )


def comment_on_views(day: Day, views: Views) -> tuple[Drafts, Ints]:
    """Comments that views provoke, and the authors of what they answer."""
    views = views.where(views.at >= 0)
    pool, people = day.state.pool, day.people
    rng = day.rng("commenting")
    if len(views) == 0:
        nothing = np.empty(0, dtype=np.int64)
        return write_comments(day, nothing, nothing, nothing, nothing, nothing), nothing
    stirred = np.exp(0.5 * pool.quality[views.at] + 0.35 * np.abs(pool.mood[views.at]))
    spam = np.where(pool.ring[views.at] >= 0, 0.15, 1.0)
    age_hours = np.maximum(views.happened_us - pool.published_us[views.at], 0) / HOUR_US
    fresh = 5.0 / (1.0 + age_hours) ** 0.85
    chance = people.commenting[views.user] * stirred * spam * fresh
    chance = np.minimum(chance * talkativeness(day, views.user, pool.topic[views.at]), 0.5)
    spoken = views.where(rng.random(len(views)) < chance)
    written = (spoken.dwell + 15.0 + rng.exponential(45.0, len(spoken))) * 1e6
    comments = write_comments(
        day,
        spoken.user,
        spoken.happened_us + written.astype(np.int64),
        pool.id[spoken.at],
        pool.root[spoken.at],
        pool.topic[spoken.at],
    )
    return comments, pool.author[spoken.at]


def answer_back(day: Day, comments: Drafts, asked: Ints, active: Bools) -> tuple[Drafts, Ints]:
    """Authors who are around today answer some comments, mostly within the hour; and whom."""
    rng = day.rng("answering")
    delay = np.exp(np.log(1500.0) + 1.2 * rng.normal(size=len(comments))) * 1e6
    at_us = comments.published_us + delay.astype(np.int64)
    answers = active[asked] & (asked != comments.author) & (comments.ring < 0)
    answers &= (rng.random(len(comments)) < 0.30) & (at_us < day.end_us)
    kept = comments.where(answers)
    replies = write_comments(day, asked[answers], at_us[answers], kept.id, kept.root, kept.topic)
    return replies, kept.author


def look_at_plans(day: Day, sessions: Sessions, buyers: Bools) -> Interactions:
    """Visits to the page of paid plans: often by who means to pay, always by who pays today."""
    people = day.people
    rng = day.rng("plans")
    users, firsts = np.unique(sessions.user, return_index=True)
    wish = 0.9 * np.exp(1.2 * np.minimum(people.intent[users], 2.6))
    counts = rng.poisson(np.where(people.is_premium[users], 0.1, 1.0) * wish)
    counts = np.maximum(counts, buyers[users])
    at = np.repeat(firsts, counts)
    span = sessions.ends_us[at] - sessions.starts_us[at]
    return Interactions(
        happened_us=sessions.starts_us[at] + (rng.random(len(at)) * span).astype(np.int64),
        actor=sessions.user[at],
        verb=np.full(len(at), VIEW),
        content=np.full(len(at), -1),
        target=np.full(len(at), -1),
        surface=np.full(len(at), PLANS),
        session=sessions.id[at],
        dwell=np.round(np.exp(np.log(15.0) + 0.7 * rng.normal(size=len(at))), 1),
    )


def boost_ring_mates(day: Day, sessions: Sessions) -> list[Interactions]:
    """Accounts of a ring open and like one another's newest contents."""
    pool, people = day.state.pool, day.people
    rng = day.rng("boosting")
    visits = np.flatnonzero(people.ring[sessions.user] >= 0)
    rows: list[Interactions] = []
    for ring in np.unique(people.ring[sessions.user[visits]]):
        mates = visits[people.ring[sessions.user[visits]] == ring]
        theirs = np.flatnonzero((pool.ring == ring) & (pool.published_us < day.start_us))[-40:]
        if len(theirs) == 0:
            continue
        session = np.repeat(mates, 4)
        at = rng.choice(theirs, len(session))
        user = sessions.user[session]
        moment = sessions.starts_us[session] + rng.integers(2_000_000, 60_000_000, len(session))
        dwell = np.round(1 + rng.exponential(1.0, len(session)), 1)
        seen = Views(
            session, user, moment, dwell, at, np.full(len(at), -1), np.full(len(at), PROFILE)
        )
        seen = seen.where((pool.author[at] != user) & (pool.removed_us[at] > moment))
        rows.append(view_rows(day, seen, sessions))
        liked = _is_first(day, seen, np.ones(len(seen), dtype=bool))
        np.add.at(pool.likes, seen.at[liked], 1)
        rows.append(_reaction_rows(day, seen, sessions, LIKE, liked))
    return rows


def tell_interactions(day: Day, rows: Interactions) -> None:
    """Export interactions in the order in which they happened."""
    rows = rows.where(np.argsort(rows.happened_us, kind="stable"))
    columns = {
        "interaction_id": labels("i", day.state.number("interaction", len(rows))),
        "actor_id": labels("u", rows.actor),
        "verb": coded(VERBS, rows.verb),
        "content_id": labels("c", rows.content),
        "target_user_id": labels("u", rows.target),
        "surface": coded(SURFACES, rows.surface),
        "session_id": labels("s", rows.session),
        "dwell_seconds": pa.array(rows.dwell, mask=np.isnan(rows.dwell)),
    }
    day.outbox.add("interactions", day.index, rows.happened_us, columns)


def received(day: Day, rows: Interactions, comments: Drafts, asked: Ints) -> Floats:
    """Feedback that each person got today: one for a like, three for a comment."""
    people, pool = day.people, day.state.pool
    got = np.zeros(len(people))
    liked = rows.content[rows.verb == LIKE]
    if len(liked):
        np.add.at(got, pool.author[np.searchsorted(pool.id, liked)], 1.0)
    np.add.at(got, asked[asked != comments.author], 3.0)
    return got
