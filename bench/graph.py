"""Measures a network of ten million ties: standing, communities, rings; seconds and memory."""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from ml.graph._communities import NO_PAST, Past, find_communities, shapes
from ml.graph.network import Members, measure

SEED = 20240229


def draw(n_users: int, n_ties: int) -> tuple[csr_matrix, np.ndarray]:
    """Ties with hubs, seven in ten within one of many planted communities; and these."""
    generator = np.random.default_rng(SEED)
    community = generator.integers(0, max(50, n_users // 2000), n_users)
    fame = np.minimum((1 - generator.random(n_users)) ** (-1 / 1.6), 1000)
    order = np.argsort(community, kind="stable")
    ends = np.concatenate([[0.0], np.cumsum(fame[order])])
    first = np.searchsorted(community[order], np.arange(community.max() + 2))
    actor = order[np.searchsorted(ends[1:-1], generator.random(n_ties) * ends[-1])]
    near = generator.random(n_ties) < 0.7
    low = np.where(near, ends[first[community[actor]]], 0.0)
    high = np.where(near, ends[first[community[actor] + 1]], ends[-1])
    target = order[np.searchsorted(ends[1:-1], low + generator.random(n_ties) * (high - low))]
    apart = actor != target
    weight = 1 + generator.exponential(1, n_ties)
    shape = (n_users, n_users)
    made = csr_matrix((weight[apart], (actor[apart], target[apart])), shape=shape)
    made.sum_duplicates()
    return made, community


def compute(n_users: int, n_ties: int) -> dict[str, float]:
    """Seconds of each part, as the learner does them, and how well communities are found."""
    strength, truth = draw(n_users, n_ties)
    generator = np.random.default_rng(SEED)
    users = pa.array([f"u{number:09d}" for number in range(n_users)])
    members = Members(
        generator.integers(0, 1000, n_users).astype(float),
        generator.integers(1, 1000, n_users).astype(float),
        generator.poisson(1, n_users).astype(float),
    )
    told: dict[str, float] = {"users": n_users, "ties": strength.nnz}
    began = time.perf_counter()
    found = find_communities(strength, users, NO_PAST)
    told["communities_seconds"] = time.perf_counter() - began
    measure(users, strength, found.community, members)
    shapes(strength, found.community)
    told["all_seconds"] = time.perf_counter() - began
    told["cpu_seconds"] = time.process_time()
    told["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told["adjusted_rand"] = adjusted_rand_score(truth, found.community)
    began = time.perf_counter()
    again = find_communities(strength, users, Past(users, found.community, found.highest))
    told["communities_of_the_next_day_seconds"] = time.perf_counter() - began
    told["users_whose_id_stays"] = float((again.community == found.community).mean())
    return {name: round(value, 3) for name, value in told.items()}


def main() -> None:
    """Run in a process of its own, so that the peak of memory is that of this work alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--ties", type=int, default=10_500_000)
    parser.add_argument("--here", action="store_true", help="in this process")
    given = parser.parse_args()
    if given.here:
        print(json.dumps(compute(given.users, given.ties), indent=1))
        return
    command = [sys.executable, __file__, "--here"]
    command += ["--users", str(given.users), "--ties", str(given.ties)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
