"""Measures where every user stands, finds communities and rings; writes both relations."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.graph import _communities, _memory, _standing, _topics, _trust
from ml.graph._ties import (
    Deeds,
    Floats,
    Ints,
    declared,
    following,
    number_day,
    number_days,
    number_deeds,
    places,
    strengths,
)
from ml.learners import NotAvailableError, Run

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_ENGAGED_DAYS = 28


@dataclass(frozen=True)
class Members:
    """What is known of each user beside the ties; nan where it is not."""

    registered_day: Floats
    days_known: Floats
    engagement: Floats  # deeds of the last 28 days


def learn(run: Run) -> dict[str, Any]:
    """Both relations as of the run."""
    ties = run.read("input_ties")
    rules = declared()
    ties = ties.filter(pc.field("verb").isin([*rules.deeds]))
    if not len(ties):
        raise NotAvailableError("for want of any deed between users that ties.yml names")
    today = number_day(run.as_of)
    deeds = number_deeds(ties).known_before(today)
    follows = following(run.read("input_relations"), deeds.users)
    strength = strengths(deeds, follows, today)
    members = describe_members(deeds, run.read("input_members"), run.as_of)
    past = _memory.recall(run)
    found = _communities.find_communities(strength, deeds.users, past)
    _memory.remember(run, deeds.users, found)
    standing = measure(deeds.users, strength, found.community, members)
    run.write("user_network", standing.append_column("as_of_date", _dates(run, len(standing))))
    contents = run.read("input_contents", ["author_id", "root_id", "title", "tags"])
    table = describe_communities(strength, deeds.users, found, contents)
    run.write("communities", table.append_column("as_of_date", _dates(run, len(table))))
    rings = pc.count_distinct(standing["ring_id"]).as_py()
    return {"users": len(standing), "communities": len(table), "rings": rings}


def describe_members(deeds: Deeds, members: pa.Table, as_of: date) -> Members:
    """Registration, age and late engagement of the numbered users."""
    today = number_day(as_of)
    registered = np.full(deeds.n_users, np.nan)
    at = places(deeds.users, members["user_id"])
    day = number_days(members["registered_date"]).astype(np.float64)
    registered[at[at >= 0]] = day[at >= 0]
    first = np.full(deeds.n_users, np.inf)
    np.minimum.at(first, deeds.actor, deeds.day.astype(np.float64))
    known = today - np.fmin(registered, first)
    late = today - deeds.day <= _ENGAGED_DAYS
    counted = np.bincount(deeds.actor[late], deeds.count[late], deeds.n_users)
    return Members(registered, known, counted.astype(np.float64))


def measure(users: pa.Array, strength: "csr_matrix", community: Ints, members: Members) -> pa.Table:
    """One row per user with a tie that still weighs; what cannot be known is null."""
    ever = strength.astype(bool).astype(np.float64)
    linked = ever.maximum(ever.T).tocsr()
    ring = _trust.find_rings(strength, members.registered_day)
    active = members.engagement > 0
    trust = _trust.credibility(strength, ring, members.days_known, active)
    teleport = np.log1p(members.engagement) + 0.1  # who is busy counts more, nobody for nothing
    rank = _standing.pagerank(strength, teleport)
    cut = _standing.bridges(linked)
    columns = {
        "user_id": users,
        "community_id": pa.array(community, mask=community < 0),
        "ring_id": pa.array(ring + 1, mask=ring < 0),
        "n_ties_out": np.diff(ever.indptr).astype(np.int64),
        "n_ties_in": np.diff(ever.tocsc().indptr).astype(np.int64),
        "strength_out": _total(strength, 1),
        "strength_in": _total(strength, 0),
        "reciprocity": _nullable(_standing.reciprocity(ever)),
        "pagerank": rank,
        "core_number": _standing.cores(linked),
        "betweenness": _standing.betweenness(linked),
        "participation": _nullable(_standing.participation(strength + strength.T, community)),
        "n_bridge_ties": _standing.count_ends(cut, len(users)),
        "credibility": _nullable(trust),
    }
    tied = np.diff(linked.indptr) > 0
    return pa.table(columns).filter(pa.array(tied))


def describe_communities(
    strength: "csr_matrix", users: pa.Array, found: _communities.Found, contents: pa.Table
) -> pa.Table:
    """One row per community: its shape, what it talks about, and where it comes from."""
    shapes = _communities.shapes(strength, found.community)
    used, tags = _topics.tag_users(contents, users)
    topics = _topics.top_tags(used, tags, found.community)
    names = sorted(shapes)
    rows = [shapes[name] for name in names]
    merged = [found.merged_from.get(name, []) for name in names]
    integers, doubles = pa.int64(), pa.float64()
    return pa.table(
        {
            "community_id": pa.array(names, integers),
            "label": pa.array(
                [_topics.label(topics[name], shapes[name].n_users) for name in names], pa.string()
            ),
            "top_tags": pa.array([topics[name] for name in names], pa.list_(pa.string())),
            "n_users": pa.array([row.n_users for row in rows], integers),
            "n_ties": pa.array([row.n_ties for row in rows], integers),
            "density": pa.array([row.density for row in rows], doubles),
            "conductance": pa.array([row.conductance for row in rows], doubles),
            "change": pa.array([found.change[name] for name in names], pa.string()),
            "merged_from": pa.array(
                [[str(one) for one in each] for each in merged], pa.list_(pa.string())
            ),
            "split_from": pa.array([found.split_from.get(name) for name in names], integers),
        }
    )


def _total(strength: "csr_matrix", axis: int) -> Floats:
    total: Floats = np.asarray(strength.sum(axis=axis)).ravel()
    return total


def _nullable(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _dates(run: Run, rows: int) -> pa.Array:
    return pa.array([run.as_of] * rows, pa.date32())
