"""Communities and rings that the network's learner finds in a home, beside what was planted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from bench.quality_parts import Asked
from ml.graph._communities import NO_PAST, Past, find_communities
from ml.graph._ties import (
    declared,
    following,
    number_day,
    number_deeds,
    places,
    strengths,
)
from ml.graph.network import describe_members
from ml.graph.network import measure as stand
from ml.learners import Days
from townsquare.release import current_as_of
from townsquare.settings import Home

Row = dict[str, str]
SEED = 20240229


def measure(asked: Asked) -> Iterator[Row]:
    """Adjusted Rand index, rings found, what linking up gained a ring, and ids that stay."""
    as_of = current_as_of(Home(asked.home)) if asked.home else None
    if asked.home is None or as_of is None:
        print("Left out: --home names no simulated home that has a release.")
        return
    inputs = asked.home / "inputs"
    ties = Days(inputs / "input_ties", "event_date", ()).read()
    told = number_deeds(ties.filter(pc.field("verb").isin([*declared().deeds])))
    deeds = told.known_before(number_day(as_of))
    follows = following(pq.read_table(inputs / "input_relations.parquet"), deeds.users)
    strength = strengths(deeds, follows, number_day(as_of))
    members = describe_members(deeds, pq.read_table(inputs / "input_members.parquet"), as_of)
    community, ring = planted(asked.home, deeds.users)
    found = find_communities(strength, deeds.users, NO_PAST)
    member = (found.community >= 0) & (community >= 0)
    index = adjusted_rand_score(community[member], found.community[member])
    yield row(f"communities of {member.sum():,} users, adjusted Rand", f"{index:.3f}", ".8")
    yield from rings(deeds.users, strength, found.community, members, ring)
    for share, bar in ((0.0, "100 %"), (0.02, "95 %")):
        past = Past(deeds.users, found.community, found.highest)
        again = find_communities(moved(strength, share), deeds.users, past)
        held = np.isin(np.unique(found.community), again.community).mean()
        same = (again.community == found.community).mean()
        value = f"{held:.1%} (users in theirs: {same:.1%})"
        yield row(f"ids kept, {share:.0%} of ties led elsewhere", value, bar)


def row(what: str, value: str, bar: str = "") -> Row:
    """One line of the table."""
    return {"what": what, "who": "Townsquare", "value": value, "bar": bar}


def planted(home: Path, users: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Each user's community, -1 where the truth names none, and whether a ring's account."""
    truth = pd.concat(pd.read_parquet(path) for path in (home / "truth/users").glob("*"))
    at = places(users, pa.chunked_array([truth["user_id"].tolist()]))
    community, ring = np.full(len(users), -1), np.full(len(users), False)
    community[at[at >= 0]] = truth["community"].to_numpy()[at >= 0]
    ring[at[at >= 0]] = truth["ring"].notna().to_numpy()[at >= 0]
    return community, ring


def rings(
    users: pa.Array, strength: csr_matrix, community: np.ndarray, members: Any, ring: np.ndarray
) -> Iterator[Row]:
    """Which accounts were found, and each one's credibility beside the same without its links."""
    apart = strength.tocoo()
    honest = ~(ring[apart.row] & ring[apart.col])
    without = csr_matrix(
        (apart.data[honest], (apart.row[honest], apart.col[honest])), shape=strength.shape
    )
    linked = stand(users, strength, community, members).to_pandas().set_index("user_id")
    alone = stand(users, without, community, members).to_pandas().set_index("user_id")
    names = np.array(users.to_pylist())[ring]
    caught = linked["ring_id"].notna()
    right, wrong = caught[linked.index.isin(names)].sum(), caught[~linked.index.isin(names)].sum()
    yield row(f"accounts of rings found, of {len(names)}", f"{right}; {wrong} others")
    both = pd.DataFrame({"linked": linked["credibility"], "alone": alone["credibility"]}).fillna(0)
    raised = (both["linked"] - both["alone"])[both.index.isin(names)]
    value = f"mean {raised.mean():+.2f}, most {raised.max():+.2f}"
    yield row("credibility that a ring's account gains by linking up, points", value, "1")


def moved(strength: csr_matrix, share: float) -> csr_matrix:
    """The same with a share of its ties led to somebody else."""
    generator = np.random.default_rng(SEED)
    coo = strength.tocoo()
    elsewhere = generator.random(coo.nnz) < share
    column = np.where(elsewhere, generator.integers(0, strength.shape[0], coo.nnz), coo.col)
    return csr_matrix((coo.data, (coo.row, column)), shape=strength.shape)
