"""Holds what the network's learner finds in a simulated home against the simulator's truth."""

import argparse
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from ml.graph._communities import NO_PAST, Past, find_communities
from ml.graph._ties import (
    declared,
    following,
    number_day,
    number_deeds,
    places,
    strengths,
)
from ml.graph.network import describe_members, measure
from ml.learners import Days

SEED = 20240229


def main() -> None:
    """Adjusted Rand index, rings found, what linking up gained a ring, and ids that stay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    given = parser.parse_args()
    inputs = given.home / "inputs"
    ties = Days(inputs / "input_ties", "event_date", ()).read()
    told = number_deeds(ties.filter(pc.field("verb").isin([*declared().deeds])))
    deeds = told.known_before(number_day(given.as_of))
    follows = following(pq.read_table(inputs / "input_relations.parquet"), deeds.users)
    strength = strengths(deeds, follows, number_day(given.as_of))
    members = describe_members(deeds, pq.read_table(inputs / "input_members.parquet"), given.as_of)
    truth = pd.concat(pd.read_parquet(path) for path in (given.home / "truth/users").glob("*"))
    at = places(deeds.users, pa.chunked_array([truth["user_id"].tolist()]))
    community, ring = np.full(deeds.n_users, -1), np.full(deeds.n_users, False)
    community[at[at >= 0]] = truth["community"].to_numpy()[at >= 0]
    ring[at[at >= 0]] = truth["ring"].notna().to_numpy()[at >= 0]
    found = find_communities(strength, deeds.users, NO_PAST)
    member = (found.community >= 0) & (community >= 0)
    index = adjusted_rand_score(community[member], found.community[member])
    print(f"communities: adjusted Rand {index:.3f} over {member.sum()} users")
    tell_rings(deeds.users, strength, found.community, members, ring)
    for share in (0.0, 0.02):
        past = Past(deeds.users, found.community, found.highest)
        again = find_communities(moved(strength, share), deeds.users, past)
        held = np.isin(np.unique(found.community), again.community).mean()
        same = (again.community == found.community).mean()
        print(f"{share:.0%} of ties changed: {held:.1%} of ids kept, {same:.1%} of users in theirs")


def tell_rings(users: pa.Array, strength: csr_matrix, community, members, ring) -> None:
    """Which accounts were found, and each one's credibility beside the same without its links."""
    apart = strength.tocoo()
    honest = ~(ring[apart.row] & ring[apart.col])
    without = csr_matrix(
        (apart.data[honest], (apart.row[honest], apart.col[honest])), shape=strength.shape
    )
    linked = measure(users, strength, community, members).to_pandas().set_index("user_id")
    alone = measure(users, without, community, members).to_pandas().set_index("user_id")
    names = np.array(users.to_pylist())[ring]
    caught = linked["ring_id"].notna()
    print(
        f"rings: {caught[linked.index.isin(names)].sum()} of {len(names)} accounts found, ", end=""
    )
    print(f"{caught[~linked.index.isin(names)].sum()} others taken for such")
    both = pd.DataFrame({"linked": linked["credibility"], "alone": alone["credibility"]}).fillna(0)
    raised = (both["linked"] - both["alone"])[both.index.isin(names)]
    print(f"credibility by linking up: mean {raised.mean():+.2f}, most {raised.max():+.2f} points")


def moved(strength: csr_matrix, share: float) -> csr_matrix:
    """The same with a share of its ties led to somebody else."""
    generator = np.random.default_rng(SEED)
    coo = strength.tocoo()
    elsewhere = generator.random(coo.nnz) < share
    column = np.where(elsewhere, generator.integers(0, strength.shape[0], coo.nnz), coo.col)
    return csr_matrix((coo.data, (coo.row, column)), shape=strength.shape)


if __name__ == "__main__":
    main()
