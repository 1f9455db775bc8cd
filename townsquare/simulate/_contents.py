"""Posts and comments: what is written, what it is worth, and every version of it that is told."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from townsquare.simulate._columns import Bools, Columns, Floats, Ints
from townsquare.simulate._outbox import coded, labels, moments
from townsquare.simulate._planting import follow_plants
from townsquare.simulate._sessions import Sessions
from townsquare.simulate._state import Day, Pool
from townsquare.simulate._texts import write_texts
from townsquare.simulate._world import DAY_US

KINDS = ("post", "comment", "image", "video")
POST, COMMENT, IMAGE, VIDEO = range(4)
POOL_DAYS = 30
VIRAL_SHARE = 0.002
PARTISAN_SHARE = 0.45
EDITED_SHARE, REMOVED_SHARE, SPAM_REMOVED_SHARE = 0.012, 0.008, 0.5


@dataclass
class Drafts(Columns):
    """Contents of today before they are put into words."""

    id: Ints
    author: Ints
    published_us: Ints
    kind: Ints
    parent: Ints  # -1 for a root
    root: Ints
    topic: Ints
    mood: Floats
    quality: Floats
    boost: Floats
    ring: Ints
    word: Ints  # of the topic, where a trend or a ring sets it; else -1
    trend: Ints
    slant: Floats  # towards a camp: its sign; how strongly: its size
    bait: Ints  # 1 where it begs for likes


def write_posts(day: Day, sessions: Sessions) -> Drafts:
    """Posts fall into sessions, more of them by those who like to post."""
    people = day.people
    rng = day.rng("posts")
    per_visit = 1.0 / (1.0 + people.sessions[sessions.user])
    counts = rng.poisson(np.minimum(people.posting[sessions.user], 12.0) * per_visit)
    at = np.repeat(np.arange(len(sessions)), counts)
    author = sessions.user[at]
    count = len(author)
    since = rng.exponential(120e6, count).astype(np.int64) + 5_000_000
    slots = rng.choice(3, count, p=[0.55, 0.3, 0.15])
    hot = rng.random(count) < 0.15
    heat = np.exp(day.state.heat)
    topic = np.where(
        hot,
        rng.choice(len(heat), count, p=heat / heat.sum()),
        people.interests[author, slots],
    )
    topic, word, trend = follow_plants(day, author, topic)
    viral = (rng.random(count) < VIRAL_SHARE) & (people.ring[author] < 0)
    ids = day.state.number("content", count)
    quality = people.skill[author] + 0.7 * rng.normal(size=count)
    return Drafts(
        id=ids,
        author=author,
        published_us=np.minimum(sessions.starts_us[at] + since, day.end_us - 1),
        kind=rng.choice([POST, IMAGE, VIDEO], count, p=[0.66, 0.24, 0.10]),
        parent=np.full(count, -1),
        root=ids,
        topic=topic,
        mood=_moods(day, author, topic, rng),
        quality=quality,
        boost=np.where(viral, 12.0 * (1 + np.minimum(rng.pareto(1.5, count), 5.0)), 1.0),
        ring=people.ring[author],
        word=word,
        trend=trend,
        slant=_slants(day, author),
        bait=_baits(day, author, quality),
    )


def write_comments(
    day: Day, author: Ints, published_us: Ints, parent: Ints, root: Ints, topic: Ints
) -> Drafts:
    """Comments on contents that were just seen."""
    rng = day.rng(f"comments {day.state.counters.get('content', 0)}")
    count = len(author)
    return Drafts(
        id=day.state.number("content", count),
        author=author,
        published_us=published_us,
        kind=np.full(count, COMMENT),
        parent=parent,
        root=root,
        topic=topic,
        mood=_moods(day, author, topic, rng),
        quality=day.people.skill[author] + 0.7 * rng.normal(size=count),
        boost=np.ones(count),
        ring=day.people.ring[author],
        word=np.full(count, -1),
        trend=np.full(count, -1),
        slant=_slants(day, author),
        bait=np.zeros(count, dtype=np.int64),
    )


def _moods(day: Day, author: Ints, topic: Ints, rng: np.random.Generator) -> Floats:
    noise = 0.8 * rng.normal(size=len(author))
    usual = day.world.topic_moods
    topic_moods = usual + day.world.plants.mood_changes(day.index, len(usual))
    moods: Floats = day.people.mood[author] + topic_moods[topic] + noise
    return moods


def _slants(day: Day, author: Ints) -> Floats:
    """Some contents take the author's side, the others nearly none."""
    rng = day.rng(f"slants {day.state.counters.get('content', 0)}")
    count = len(author)
    side = day.people.side[author] * np.abs(0.8 + 0.3 * rng.normal(size=count))
    return np.where(rng.random(count) < PARTISAN_SHARE, side, 0.1 * rng.normal(size=count))


def _baits(day: Day, author: Ints, quality: Floats) -> Ints:
    """The worse a post, the likelier it begs for likes; spam has its own patter."""
    chance = 1.0 / (1.0 + np.exp(2.4 + 1.2 * quality))
    begs = day.rng("baits").random(len(author)) < chance
    return (begs & (day.people.ring[author] < 0)).astype(np.int64)


def publish(day: Day, drafts: Drafts) -> None:
    """Let people come across these contents from now on; forget the old ones."""
    pool = day.state.pool
    fields = {
        name: getattr(drafts, name) for name in pool.arrays() if name not in ("removed_us", "likes")
    }
    never = np.full(len(drafts), np.iinfo(np.int64).max)
    pool.append(Pool(**fields, removed_us=never, likes=np.zeros(len(drafts), dtype=np.int64)))
    day.state.pool = pool.where(pool.published_us >= day.start_us - POOL_DAYS * DAY_US)


def tell_contents(day: Day, drafts: Drafts) -> None:
    """Export the first versions, and queue the edits and removals that will follow."""
    if len(drafts) == 0:
        return
    texts = write_texts(drafts, day)
    columns: dict[str, pa.Array] = {
        "content_id": labels("c", drafts.id),
        "author_id": labels("u", drafts.author),
        "kind": coded(KINDS, drafts.kind),
        "reply_to_id": labels("c", drafts.parent),
        "root_id": labels("c", drafts.root),
        "language": pa.array(["en"] * len(drafts)),
        "media_path": _media(drafts),
        **texts,
    }
    told = day.outbox.add("contents", day.index, drafts.published_us, columns)
    _tell_later_versions(day, drafts, columns, told)


def _media(drafts: Drafts) -> pa.Array:
    endings = (".jpg", ".mp4")
    which = np.where(drafts.kind == IMAGE, 0, np.where(drafts.kind == VIDEO, 1, -1))
    paths = labels("media/c", np.where(which >= 0, drafts.id, -1))
    return pc.binary_join_element_wise(paths, coded(endings, which), "")


def _tell_later_versions(
    day: Day, drafts: Drafts, columns: dict[str, pa.Array], told: Ints
) -> None:
    """A content is edited or taken away at most once, and that is told after it was told itself."""
    rng = day.rng("versions")
    drawn = rng.random(len(drafts))
    removed = drawn < np.where(drafts.ring >= 0, SPAM_REMOVED_SHARE, REMOVED_SHARE)
    edited = ~removed & (drawn > 1 - EDITED_SHARE)
    due = told + rng.geometric(0.6, len(drafts))
    moment_us = day.start_us + (due - day.index) * DAY_US + rng.integers(0, DAY_US, len(drafts))
    _mark_removed(day, drafts, removed, moment_us)
    for chosen, changes in (
        (removed, {"deleted_at": moments(moment_us)}),
        (edited, {"body": pa.array([f"{body} (edited)" for body in columns["body"].to_pylist()])}),
    ):
        rows = pa.array(chosen)
        versions = {name: array.filter(rows) for name, array in {**columns, **changes}.items()}
        day.outbox.add("contents", day.index, drafts.published_us[chosen], versions, due[chosen])


def _mark_removed(day: Day, drafts: Drafts, removed: Bools, moment_us: Ints) -> None:
    """From its removal on nobody comes across a content."""
    pool = day.state.pool
    positions = np.searchsorted(pool.id, drafts.id[removed])
    pool.removed_us[positions] = moment_us[removed]
