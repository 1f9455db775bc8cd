"""Measures the strength of every tie and suggests new ones; writes both relations."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.graph import _suggesting
from ml.graph._ties import Deeds, Floats, declared, following, number_deeds, places
from ml.learners import NotAvailableError, Run

_EPOCH = date(1970, 1, 1)


def learn(run: Run) -> dict[str, Any]:
    """Both relations as of the run."""
    rules = declared()
    known = [*rules.deeds, *rules.attention]
    deeds = number_deeds(run.read("input_ties").filter(pc.field("verb").isin(known)))
    if not (deeds.weights() > 0).any():
        raise NotAvailableError("for want of any deed between users that ties.yml names")
    relations = run.read("input_relations")
    ties = measure_ties(deeds, relations, run.as_of)
    run.write("tie_strengths", ties)
    world = _suggesting.World(
        deeds=deeds,
        uses=_suggesting.number_uses(
            run.read("input_contents", ["author_id", "root_id", "event_date"]), deeds.users
        ),
        community=_communities(run, deeds.users),
        is_open=_open(run, deeds.users),
        kept_apart=_kept_apart(deeds.users, relations),
    )
    today = (run.as_of - _EPOCH).days
    told, suggestions = _suggesting.suggest(world, today, run.memory("model"))
    run.write("connection_suggestions", _dated(run, suggestions))
    return {"ties": len(ties), "suggestions": len(suggestions), **told}


def measure_ties(deeds: Deeds, relations: pa.Table, as_of: date) -> pa.Table:
    """One row per actor and target with a deed not yet forgotten, or a follow that holds."""
    rules = declared()
    today = (as_of - _EPOCH).days
    weight = deeds.weights() * 0.5 ** ((today - deeds.day) / rules.half_life_days)
    kept = (weight > 0) & ~deeds.is_lasting() & (today - deeds.day <= rules.window_days)
    kept &= deeds.actor != deeds.target
    follows = following(relations, deeds.users)
    n = deeds.n_users
    keys = deeds.actor[kept] * n + deeds.target[kept]
    followed = follows[0] * n + follows[1]
    pairs, at = np.unique(np.concatenate([keys, followed]), return_inverse=True)
    done, held = at[: len(keys)], at[len(keys) :]
    total: Floats = np.bincount(done, weight[kept], len(pairs)).astype(np.float64)
    total[held] += rules.deeds.get("follow", 0.0)
    days = deeds.day[kept]
    late = (today - days) <= 28
    back = np.searchsorted(pairs, pairs % n * n + pairs // n)
    back = np.where(pairs[np.minimum(back, len(pairs) - 1)] == pairs % n * n + pairs // n, back, -1)
    strength_back = np.where(back >= 0, total[back], 0.0)
    out = np.bincount(pairs // n, total, n)
    verbs = _parts(deeds.verb[kept].astype(str), done, weight[kept], len(pairs))
    columns = {
        "actor_id": deeds.users.take(pa.array(pairs // n)),
        "target_id": deeds.users.take(pa.array(pairs % n)),
        "strength": total,
        "strength_back": strength_back,
        "share_of_actor": total / out[pairs // n],
        "reciprocity": np.minimum(total, strength_back) / np.maximum(total, strength_back),
        "n_deeds": np.bincount(done, deeds.count[kept], len(pairs)).astype(np.int64),
        "n_deeds_28d": np.bincount(done[late], deeds.count[kept][late], len(pairs)).astype(
            np.int64
        ),
        **verbs,
        "is_following": np.isin(pairs, followed),
        **_span(done, days, len(pairs)),
    }
    table = pa.table(columns)
    return table.append_column("as_of_date", pa.array([as_of] * len(table), pa.date32()))


def _parts(verb: Any, at: Any, weight: Floats, size: int) -> dict[str, Floats]:
    """The strength that words, reactions and shares each give."""
    kinds = {
        "strength_of_words": ("reply", "message"),
        "strength_of_reactions": ("like", "save"),
        "strength_of_shares": ("share",),
    }
    parts = {}
    for name, verbs in kinds.items():
        chosen = np.isin(verb, verbs)
        parts[name] = np.bincount(at[chosen], weight[chosen], size).astype(np.float64)
    return parts


def _span(at: Any, days: Any, size: int) -> dict[str, pa.Array]:
    """The first and the last day of each tie's deeds; null where there is none but a follow."""
    first, last = np.full(size, np.iinfo(np.int32).max), np.full(size, -1)
    np.minimum.at(first, at, days)
    np.maximum.at(last, at, days)
    missing = last < 0
    return {
        "first_date": pa.array(first.astype(np.int32), mask=missing).cast(pa.date32()),
        "last_date": pa.array(last.astype(np.int32), mask=missing).cast(pa.date32()),
    }


def _communities(run: Run, users: pa.Array) -> Any:
    table = run.read_relation("user_network", ["user_id", "community_id"])
    community = np.full(len(users), -1)
    at = places(users, table["user_id"])
    named = pc.fill_null(table["community_id"], -1).to_numpy()
    community[at[at >= 0]] = named[at >= 0]
    return community


def _open(run: Run, users: pa.Array) -> Any:
    """Who can be suggested and be suggested to: accounts that are open."""
    known = np.zeros(len(users), dtype=bool)
    at = places(users, run.read("input_members", ["user_id"])["user_id"])
    known[at[at >= 0]] = True
    return known


def _kept_apart(users: pa.Array, relations: pa.Table) -> Any:
    """Pairs of whom one blocks or mutes the other, in both orders, as one number each."""
    apart = relations.filter(pc.or_(relations["is_blocking"], relations["is_muting"]))
    left, right = places(users, apart["actor_id"]), places(users, apart["target_id"])
    known = (left >= 0) & (right >= 0)
    left, right = left[known], right[known]
    return np.unique(np.concatenate([left * len(users) + right, right * len(users) + left]))


def _dated(run: Run, table: pa.Table) -> pa.Table:
    return table.append_column("as_of_date", pa.array([run.as_of] * len(table), pa.date32()))
