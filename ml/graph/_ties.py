"""Turns what users did to one another into numbered users and weighted ties, as ties.yml says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Communities(_Declared):
    """
    How fine communities are and which are too small; how strongly users hold on to the last ones,
    as a share of their ties, and how much modularity that may cost.
    """

    resolution: PositiveFloat
    smallest: PositiveInt
    stickiness: float
    patience: float


class Rings(_Declared):
    """When a group is taken for one hand's accounts."""

    smallest: PositiveInt
    largest: PositiveInt
    density: float
    inside_share: float
    inside_share_if_together: float


class Trust(_Declared):
    """How far trust travels, and from whom it sets out."""

    damping: float
    established_days: PositiveInt
    endorsers: PositiveInt


class Declaration(_Declared):
    """What ties.yml may say."""

    half_life_days: PositiveFloat
    window_days: PositiveInt
    deeds: dict[str, PositiveFloat]
    lasting: tuple[str, ...]
    attention: tuple[str, ...]
    communities: Communities
    rings: Rings
    trust: Trust


@cache
def declared() -> Declaration:
    """ties.yml, checked."""
    path = Path(__file__).with_name("ties.yml")
    return Declaration.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Deeds:
    """
    Changes of what is known: one row per actor, target, verb, day and the day that first knows it.

    Users are places in `users`, verbs in `verbs`; both are ordered.
    """

    users: pa.Array
    verbs: tuple[str, ...]
    actor: Ints
    target: Ints
    verb: Ints
    count: Floats
    day: Ints  # since 1970-01-01
    known: Ints  # since 1970-01-01

    @property
    def n_users(self) -> int:
        """How many users there are."""
        return len(self.users)

    def where(self, chosen: Bools | Ints) -> "Deeds":
        """Some of the rows."""
        return replace(
            self,
            actor=self.actor[chosen],
            target=self.target[chosen],
            verb=self.verb[chosen],
            count=self.count[chosen],
            day=self.day[chosen],
            known=self.known[chosen],
        )

    def known_before(self, day: int) -> "Deeds":
        """What was known strictly before a day: one row per actor, target, verb and day."""
        kept = self.where(self.known < day)
        late = kept.known > kept.day
        if not late.any():
            return kept
        # What nobody told more of later is one row already, and nearly everything.
        keys = kept._keys()
        changed = np.unique(keys[late])
        at = np.minimum(np.searchsorted(changed, keys), len(changed) - 1)
        rows = np.flatnonzero(changed[at] == keys)
        _, first = np.unique(at[rows], return_index=True)
        count, stays = kept.count.copy(), np.ones(len(keys), dtype=bool)
        stays[rows] = False
        count[rows[first]] = np.bincount(at[rows], kept.count[rows])
        stays[rows[first]] = count[rows[first]] > 0
        return replace(kept, count=count).where(stays)

    def _keys(self) -> Ints:
        """One number per actor, target, verb and day; ten million users leave room."""
        pair = self.actor * self.n_users + self.target
        first = self.day.min(initial=0)
        days = self.day.max(initial=0) - first + 1
        keys: Ints = (pair * len(self.verbs) + self.verb) * days + (self.day - first)
        return keys

    def weights(self) -> Floats:
        """What each row's deed weighs on its own day; 0 for verbs that tie nobody."""
        per_verb = np.array([declared().deeds.get(name, 0.0) for name in self.verbs])
        weights: Floats = per_verb[self.verb] * np.log2(1 + self.count)
        return weights

    def is_of(self, verbs: Iterable[str]) -> Bools:
        """Which rows are of one of these verbs."""
        chosen = np.array([name in set(verbs) for name in self.verbs], dtype=bool)
        found: Bools = chosen[self.verb]
        return found

    def is_lasting(self) -> Bools:
        """Which rows begin something that does not fade."""
        return self.is_of(declared().lasting)


def number_deeds(table: pa.Table) -> Deeds:
    """Number the users of a table of input_ties' columns."""
    names, codes = number_users([table["actor_id"], table["target_id"]])
    verbs, (verb,) = number_users([table["verb"]])
    return Deeds(
        users=names,
        verbs=tuple(verbs.to_pylist()),
        actor=codes[0],
        target=codes[1],
        verb=verb,
        count=table["n_events"].to_numpy().astype(np.float64),
        day=number_days(table["event_date"]),
        known=number_days(table["known_date"]),
    )


def number_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def number_days(dates: pa.ChunkedArray) -> Ints:
    """Days since 1970-01-01."""
    days: Ints = pc.cast(dates, pa.int32()).to_numpy().astype(np.int64)
    return days


def number_users(columns: list[pa.ChunkedArray]) -> tuple[pa.Array, list[Ints]]:
    """The ids of all columns in order, and each column as places among them."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    encoded = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = encoded.dictionary
    order = pc.sort_indices(names).to_numpy()
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    codes = place[encoded.indices.to_numpy()]
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return names.take(pa.array(order)), np.split(codes, ends)


def places(users: pa.Array, ids: pa.ChunkedArray) -> Ints:
    """Where each id stands among the users; -1 for one who is not there."""
    found = pc.fill_null(pc.index_in(ids, value_set=users), -1)
    at: Ints = found.to_numpy().astype(np.int64)
    return at


def following(relations: pa.Table, users: pa.Array) -> tuple[Ints, Ints]:
    """Actor and target of every follow that holds."""
    held = relations.filter(pc.field("is_following"))
    actor, target = places(users, held["actor_id"]), places(users, held["target_id"])
    known = (actor >= 0) & (target >= 0) & (actor != target)
    return actor[known], target[known]


def strengths(deeds: Deeds, follows: tuple[Ints, Ints], as_of_day: int) -> "csr_matrix":
    """Actor by target: deeds faded by age, and what lasts as long as it holds."""
    from scipy.sparse import csr_matrix

    rules = declared()
    age = as_of_day - deeds.day
    weight = deeds.weights() * 0.5 ** (age / rules.half_life_days)
    fades = (weight > 0) & ~deeds.is_lasting() & (age <= rules.window_days)
    fades &= deeds.actor != deeds.target
    actor = np.concatenate([deeds.actor[fades], follows[0]])
    target = np.concatenate([deeds.target[fades], follows[1]])
    values = np.concatenate(
        [weight[fades], np.full(len(follows[0]), rules.deeds.get("follow", 0.0))]
    )
    shape = (deeds.n_users, deeds.n_users)
    made = csr_matrix((values, (actor, target)), shape=shape)
    made.sum_duplicates()
    made.eliminate_zeros()
    return made
