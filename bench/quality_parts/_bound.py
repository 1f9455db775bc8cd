"""What anybody could tell of a simulated content's quality from how its viewers reacted.

The estimate of one who knows what no network knows: each viewer's camp and interests, each author's
camp, how strongly each deed follows from quality, and how quality is spread over authors and
contents. Only what the simulator does not write down is worked out: how generous a viewer is, how
strongly a content takes its side, and the quality. How often a content was shown is left out, as
popularity is not quality.
"""

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

QUALITIES = np.linspace(-3.0, 3.0, 25)
SKILLS = np.linspace(-2.0, 2.0, 21)
SKILL_VARIANCE, OWN_VARIANCE, GENEROSITY, GENEROSITY_VARIANCE = 0.36, 0.49, -2.9, 0.49
# How strongly a content takes its author's side, and how common that is.
SLANTS = ((0.0, 0.55), (0.5, 0.1125), (0.8, 0.225), (1.1, 0.1125))
ROUNDS = 3

_REACTIONS = """
    with seen as (
        select content_id, actor_id, count(*) filter (where verb = 'view') as n_views,
            max(cast(verb = 'like' as int)) as liked, max(cast(verb = 'share' as int)) as shared,
            max(cast(verb = 'save' as int)) as saved,
            max(cast(verb in ('hide', 'report') as int)) as hidden,
            sum(5 / power(1 + greatest(epoch(occurred_at) - epoch(published_at), 0) / 3600, 0.85))
                filter (where verb = 'view') as freshness
        from interactions inner join contents using (content_id)
        where actor_id <> author_id and contents.deleted_at is null group by all
    ), answered as (
        select parent.content_id, reply.author_id as actor_id, count(*) as n_replies
        from contents as reply inner join contents as parent
            on reply.reply_to_id = parent.content_id group by all
    )
    select seen.*, coalesce(n_replies, 0) as n_replies, viewers.side,
        list_contains(viewers.interests, told.topic) as fits, told.is_bait,
        sign(authors.side) as slant
    from seen inner join contents using (content_id)
    inner join truth_contents as told using (content_id)
    inner join truth_users as viewers on seen.actor_id = viewers.user_id
    inner join truth_users as authors on contents.author_id = authors.user_id
    left join answered using (content_id, actor_id)
    where told.ring is null and viewers.ring is null order by content_id, actor_id
"""


def best_estimates(database: duckdb.DuckDBPyConnection, contents: pd.DataFrame) -> Floats:
    """The posterior mean of each content's quality; `contents` has content_id and author_id."""
    seen = database.sql(_REACTIONS).df()
    seen["fits"] = seen["fits"].fillna(value=False).astype(float)
    seen["n_views"] = seen["n_views"].clip(lower=1)
    seen["freshness"] = seen["freshness"].fillna(0.0)
    at = pd.Index(contents["content_id"]).get_indexer(seen["content_id"])
    seen, at = seen[at >= 0], at[at >= 0]
    viewer = pd.factorize(seen["actor_id"])[0]
    author = pd.factorize(contents["author_id"])[0]
    found = np.zeros(len(contents))
    for _ in range(ROUNDS):
        generous = _generosity(seen, viewer, found[at])
        talkative = _talkativeness(seen, viewer, found[at])
        told = _likelihood(seen, at, generous, talkative, len(contents))
        found = _posterior(told, author)
    return found


def _pull(seen: pd.DataFrame, quality: Floats | float, slant: float) -> Floats:
    agreed = np.clip(seen["side"] * seen["slant"] * slant, -2.0, 2.0)
    pull = -0.15 + 0.8 * quality + 0.8 * seen["fits"] + agreed + 0.5 * seen["is_bait"]
    return np.asarray(pull, dtype=np.float64)


def _generosity(seen: pd.DataFrame, viewer: Ints, quality: Floats) -> Floats:
    """Per row the viewer's own inclination to like, by Newton's method."""
    count = int(viewer.max()) + 1
    offset, liked = _pull(seen, quality, 0.36), seen["liked"].to_numpy()
    one = np.full(count, GENEROSITY)
    for _ in range(12):
        chance = expit(one[viewer] + offset)
        slope = np.bincount(viewer, liked - chance, count)
        slope -= (one - GENEROSITY) / GENEROSITY_VARIANCE
        curve = np.bincount(viewer, chance * (1.0 - chance), count) + 1.0 / GENEROSITY_VARIANCE
        one += np.clip(slope / curve, -1.0, 1.0)
    return one[viewer]


def _talkativeness(seen: pd.DataFrame, viewer: Ints, quality: Floats) -> Floats:
    """Per row how often the viewer replies to fresh content, drawn to the common rate."""
    count = int(viewer.max()) + 1
    chances = np.bincount(viewer, seen["freshness"] * np.exp(0.5 * quality), count)
    replies = np.bincount(viewer, seen["n_replies"], count)
    common = replies.sum() / chances.sum()
    rate: Floats = ((replies + 0.5) / (chances + 0.5 / common))[viewer]
    return rate


def _likelihood(
    seen: pd.DataFrame, at: Ints, generous: Floats, talkative: Floats, contents: int
) -> Floats:
    """The log likelihood of every content's reactions under each of QUALITIES."""
    views = seen["n_views"].to_numpy()
    by_slant = []
    for slant, share in SLANTS:
        agreed = np.clip(seen["side"] * seen["slant"] * slant, -2.0, 2.0)
        rows = []
        for quality in QUALITIES:
            pull = generous + _pull(seen, quality, slant)
            told = np.where(
                seen["liked"], -np.logaddexp(0.0, -pull), -np.logaddexp(0.0, pull) * views
            )
            for deed, rate in (
                ("shared", 0.004 * np.exp(quality) * (1.0 + seen["fits"])),
                ("saved", 0.013 * np.exp(0.5 * quality) + 0.0 * seen["fits"]),
                ("hidden", 0.002 * np.exp(-0.8 * agreed - 0.4 * quality)),
            ):
                told += np.where(seen[deed], np.log(rate), -rate * views)
            told += 0.5 * quality * seen["n_replies"].to_numpy()
            told -= np.exp(0.5 * quality) * talkative * seen["freshness"].to_numpy()
            rows.append(np.bincount(at, told, contents))
        by_slant.append(np.array(rows) + np.log(share))
    told = np.logaddexp.reduce(by_slant, axis=0).T
    likelihood: Floats = told - told.max(axis=1, keepdims=True)
    return likelihood


def _posterior(likelihood: Floats, author: Ints) -> Floats:
    """Quality is the author's skill and a part of the content's own: both are worked out."""
    spread = np.exp(-0.5 * (QUALITIES - SKILLS[:, None]) ** 2 / OWN_VARIANCE)
    spread /= spread.sum(axis=1, keepdims=True)
    given = np.exp(likelihood) @ spread.T
    skill = np.tile(-0.5 * SKILLS**2 / SKILL_VARIANCE, (int(author.max()) + 1, 1))
    np.add.at(skill, author, np.log(given + 1e-300))
    skill = np.exp(skill - skill.max(axis=1, keepdims=True))
    skill /= skill.sum(axis=1, keepdims=True)
    quality = np.exp(likelihood) * ((skill[author] / (given + 1e-300)) @ spread)
    found: Floats = (quality @ QUALITIES) / quality.sum(axis=1)
    return found
