"""Measures the strength of every tie and suggests new ones; writes both relations."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.graph import _suggesting
from ml.graph._ties import Deeds, Floats, declared, following, number_day, number_deeds
from ml.graph._world import World, number_accounts, number_changes, number_uses
from ml.learners import NotAvailableError, Run


def learn(run: Run) -> dict[str, Any]:
    """Both relations as of the run."""
    rules = declared()
    known = [*rules.deeds, *rules.attention]
    every = number_deeds(run.read("input_ties").filter(pc.field("verb").isin(known)))
    today = number_day(run.as_of)
    deeds = every.known_before(today)
    if not (deeds.weights() > 0).any():
        raise NotAvailableError("for want of any deed between users that ties.yml names")
    ties = measure_ties(deeds, run.read("input_relations"), run.as_of)
    run.write("tie_strengths", ties)
    world = World(
        deeds=every,
        uses=number_uses(run.read("input_authorships"), every.users),
        accounts=number_accounts(run.read("input_accounts"), every.users),
        changes=number_changes(run.read("input_relation_changes"), every.users),
    )
    told, suggestions = _suggesting.suggest(world, today, run.memory("model"))
    run.write("connection_suggestions", _dated(run, suggestions))
    return {"ties": len(ties), "suggestions": len(suggestions), **told}


def measure_ties(deeds: Deeds, relations: pa.Table, as_of: date) -> pa.Table:
    """One row per actor and target with a deed not yet forgotten, or a follow that holds."""
    rules = declared()
    today = number_day(as_of)
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
    verbs = _parts(deeds.where(kept), done, weight[kept], len(pairs))
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


def _parts(deeds: Deeds, at: Any, weight: Floats, size: int) -> dict[str, Floats]:
    """The strength that words, reactions and shares each give."""
    kinds = {
        "strength_of_words": ("reply", "message"),
        "strength_of_reactions": ("like", "save"),
        "strength_of_shares": ("share",),
    }
    parts = {}
    for name, verbs in kinds.items():
        chosen = deeds.is_of(verbs)
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


def _dated(run: Run, table: pa.Table) -> pa.Table:
    return table.append_column("as_of_date", pa.array([run.as_of] * len(table), pa.date32()))
