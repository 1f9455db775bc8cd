"""What is known of a network's ties as of one day, as sparse matrices."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ml.graph._ties import Bools, Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Acts:
    """What users did to one another: one row per actor, target and day, with its weight."""

    actor: Ints
    target: Ints
    day: Ints
    weight: Floats

    def where(self, chosen: Bools) -> "Acts":
        """Some of the rows."""
        return Acts(self.actor[chosen], self.target[chosen], self.day[chosen], self.weight[chosen])

    def __len__(self) -> int:
        """Rows."""
        return len(self.actor)


@dataclass(frozen=True)
class Snapshot:
    """The acts strictly before a day among n_users users, whom each looked at, what each used."""

    acts: Acts
    n_users: int
    as_of_day: int
    half_life_days: float
    looks: "csr_matrix"  # user by user: how often lately looked at without acting
    items: "csr_matrix"  # user by item: how often used

    def matrix(self, values: Floats, chosen: Bools | None = None) -> "csr_matrix":
        """Actor by target, the values of equal pairs added."""
        from scipy.sparse import csr_matrix

        rows, columns = self.acts.actor, self.acts.target
        if chosen is not None:
            rows, columns, values = rows[chosen], columns[chosen], values[chosen]
        shape = (self.n_users, self.n_users)
        return csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float64)

    @cached_property
    def age(self) -> Floats:
        """Days from each act to as_of, at least 1."""
        return np.asarray(self.as_of_day - self.acts.day, dtype=np.float64)

    @cached_property
    def decayed(self) -> "csr_matrix":
        """Strength of each tie: weights of its acts, halved every half-life."""
        return self.matrix(self.acts.weight * 0.5 ** (self.age / self.half_life_days))

    @cached_property
    def ever(self) -> "csr_matrix":
        """1 where an actor ever acted on a target."""
        return binary(self.matrix(np.ones(len(self.acts))))

    @cached_property
    def ever_back(self) -> "csr_matrix":
        """The same, target by actor."""
        return self.ever.T.tocsr()

    @cached_property
    def linked(self) -> "csr_matrix":
        """1 where two users have anything between them, either way."""
        return binary(self.ever + self.ever_back)

    @cached_property
    def recent(self) -> "csr_matrix":
        """The same of the last 28 days only."""
        recent = self.matrix(np.ones(len(self.acts)), self.age <= 28)
        return binary(recent + recent.T)

    @cached_property
    def walk(self) -> "csr_matrix":
        """Chances of one step of a walk along strengths, either way."""
        from scipy.sparse import diags

        strength = (self.decayed + self.decayed.T).tocsr()
        total = np.asarray(strength.sum(axis=1)).ravel()
        return (diags(1 / np.maximum(total, 1e-12)) @ strength).tocsr()

    @cached_property
    def tastes(self) -> "csr_matrix":
        """What users used, rare things counting more, rows of length 1."""
        from scipy.sparse import diags

        used = np.bincount(self.items.indices, minlength=self.items.shape[1])
        weighted = self.items.astype(np.float64)
        weighted.data = np.log1p(weighted.data)
        weighted = weighted @ diags(np.log((1 + self.n_users) / (1 + used)))
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return (diags(1 / np.maximum(length, 1e-12)) @ weighted).tocsr()


def binary(matrix: "csr_matrix") -> "csr_matrix":
    """1 where the matrix holds anything."""
    matrix = matrix.tocsr()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.data = np.ones_like(matrix.data)
    return matrix


def take(
    acts: Acts,
    n_users: int,
    as_of_day: int,
    half_life_days: float,
    looks: Acts | None = None,
    used: tuple[Ints, Ints, Floats, int] | None = None,
) -> Snapshot:
    """The snapshot as of a day, without acts of it or later; `used` is user, item, count, items."""
    from scipy.sparse import csr_matrix

    shape = (n_users, n_users)
    seen = csr_matrix(shape)
    if looks is not None:
        lately = looks.where((looks.day < as_of_day) & (looks.day >= as_of_day - 28))
        seen = csr_matrix((lately.weight, (lately.actor, lately.target)), shape=shape)
    items = csr_matrix((n_users, 0))
    if used is not None:
        user, item, count, n_items = used
        items = csr_matrix((count, (user, item)), shape=(n_users, n_items))
        items.sum_duplicates()
    return Snapshot(
        acts.where(acts.day < as_of_day), n_users, as_of_day, half_life_days, seen, items
    )
