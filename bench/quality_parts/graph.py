"""Link prediction beside its classic indices, on one split each of two public networks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, identity

from bench.quality_parts import Asked
from ml.graph._linking import log_odds, train
from ml.graph._pairs import PairFeatures, ranked
from ml.graph._snapshot import Acts, Snapshot, take
from ml.metrics import Resamples, auc

Row = dict[str, str]
SEED = 20240229
HALF_LIFE, HORIZON, STEP, STEPS = 28.0, 7, 3, 4
PEERS = ("common_neighbours", "adamic_adar", "preferential", "katz")
AT = 10


@dataclass(frozen=True)
class Task:
    """A network as known, pairs that link later and pairs that never do, and earlier such."""

    name: str
    known: Snapshot
    links: np.ndarray  # unordered pairs as actor * n_users + target, actor below target
    past: list[tuple[Snapshot, np.ndarray]]


def measure(asked: Asked) -> Iterator[Row]:
    """Every line of the table: AUC and precision of each method on each network."""
    for task in (college_messages(asked.data), lastfm(asked.data)):
        yield from judge(task).to_dict("records")


def college_messages(data: Path, cut: float = 0.8, end: float = 1.0) -> Task:
    """First messages of the last fifth of all messages, between people seen before."""
    rows = pd.read_csv(data / "network" / "CollegeMsg.txt", sep=" ", header=0)
    rows.columns = pd.Index(["actor", "target", "at"])
    people = np.unique(rows[["actor", "target"]])
    actor, target = np.searchsorted(people, rows["actor"]), np.searchsorted(people, rows["target"])
    day = rows["at"].to_numpy() // 86_400
    until = int(np.ceil(end * len(rows)))
    known, later = slice(0, int(cut * len(rows))), slice(int(cut * len(rows)), until)
    acts = Acts(actor[known], target[known], day[known], np.ones(known.stop))
    n, today = len(people), int(day[known.stop - 1]) + 1
    past = []
    for back in range(STEPS):
        as_of = today - HORIZON - back * STEP
        inside = (acts.day >= as_of) & (acts.day < as_of + HORIZON)
        then = take(acts, n, as_of, HALF_LIFE)
        past.append((then, new_links(then, acts.actor[inside], acts.target[inside])))
    snapshot = take(acts, n, today, HALF_LIFE)
    return Task("CollegeMsg", snapshot, new_links(snapshot, actor[later], target[later]), past)


def lastfm(data: Path, inner: bool = False) -> Task:
    """A tenth of the friendships, held out; who listens to what is known of everybody."""
    folder = data / "recommend" / "lastfm"
    friends = pd.read_csv(folder / "user_friends.dat", sep="\t")
    plays = pd.read_csv(folder / "user_artists.dat", sep="\t")
    people = np.unique(friends["userID"])
    n = len(people)
    left, right = (
        np.searchsorted(people, friends["userID"]),
        np.searchsorted(people, friends["friendID"]),
    )
    keys = np.random.default_rng(SEED).permutation(
        np.unique(np.minimum(left, right) * n + np.maximum(left, right))
    )
    keys = keys[len(keys) // 10 :] if inner else keys
    artists, artist = np.unique(plays["artistID"], return_inverse=True)
    listener = np.searchsorted(people, plays["userID"])
    used = (listener, artist, plays["weight"].to_numpy(float), len(artists))

    def without(held: np.ndarray, kept: np.ndarray) -> Snapshot:
        one = np.setdiff1d(kept, held)
        both = np.concatenate([one, one % n * n + one // n])
        acts = Acts(both // n, both % n, np.zeros(len(both), dtype=np.int64), np.ones(len(both)))
        return take(acts, n, 1, HALF_LIFE, used=used)

    held, kept = keys[: len(keys) // 10], keys[len(keys) // 10 :]
    past = [_of_seen(without(part, kept), part) for part in np.array_split(kept, 9)]
    return Task("Last.fm", *_of_seen(without(held, kept), held), past)


def new_links(snapshot: Snapshot, actor: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Unordered pairs of people seen before who had nothing between them."""
    n = snapshot.n_users
    keys = np.unique(np.minimum(actor, target) * n + np.maximum(actor, target))
    keys = _of_seen(snapshot, keys[keys // n != keys % n])[1]
    return keys[np.asarray(snapshot.linked[keys // n, keys % n]).ravel() == 0]


def _of_seen(snapshot: Snapshot, links: np.ndarray) -> tuple[Snapshot, np.ndarray]:
    """
    The links between people seen before: strangers are drawn among them, too.

    Without it who has lost the only link could only be a link, which the model would learn.
    """
    seen, n = np.diff(snapshot.linked.indptr) > 0, snapshot.n_users
    return snapshot, links[seen[links // n] & seen[links % n]]


def strangers(snapshot: Snapshot, links: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Random unordered pairs of people seen before who neither are linked nor will be."""
    n, generator = snapshot.n_users, np.random.default_rng(seed)
    seen = np.flatnonzero(np.diff(snapshot.linked.indptr))
    left, right = generator.choice(seen, count), generator.choice(seen, count)
    keys = np.unique(np.minimum(left, right) * n + np.maximum(left, right))[:count]
    keys = keys[keys // n != keys % n]
    keys = keys[np.asarray(snapshot.linked[keys // n, keys % n]).ravel() == 0]
    return np.setdiff1d(keys, links)


def fit(task: Task, count: int = 12_000) -> Any:
    """Train on what the past linked; both orders of each pair are a row."""
    values, labels, names = [], [], []
    for number, (snapshot, links) in enumerate(task.past):
        if not len(links) or not snapshot.linked.nnz:
            continue
        apart = strangers(snapshot, links, count, SEED + number)
        keys = np.concatenate([links, apart])
        columns = both_orders(PairFeatures(snapshot), keys, snapshot.n_users)
        is_link = np.tile(np.arange(len(keys)) < len(links), 2).astype(float)
        reference = {name: column[is_link == 0] for name, column in columns.items()}
        values.append(ranked(columns, reference))
        labels.append(is_link)
        names = list(columns)
    return train(np.concatenate(values), np.concatenate(labels), names)


def both_orders(features: PairFeatures, keys: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Features of every pair in one order, then in the other."""
    left, right = keys // n, keys % n
    return features.of(np.concatenate([left, right]), np.concatenate([right, left]))


def judge(task: Task) -> pd.DataFrame:
    """AUC against random pairs and precision at ten among all, for the model and its peers."""
    n = task.known.n_users
    booster = fit(task)
    features = PairFeatures(task.known)
    apart = strangers(task.known, task.links, 40_000, SEED)
    keys = np.concatenate([task.links, apart])
    columns = both_orders(features, keys, n)
    reference = {
        name: column[np.tile(np.arange(len(keys)) >= len(task.links), 2)]
        for name, column in columns.items()
    }
    raw = log_odds(booster, ranked(columns, reference)).reshape(2, -1).sum(axis=0)
    scores = {name: columns[name][: len(keys)] for name in PEERS if name != "katz"}
    katz = katz_index(task.known)
    scores |= {"katz": katz[keys // n, keys % n], "Townsquare": raw}
    labels = (np.arange(len(keys)) < len(task.links)).astype(float)
    resamples = Resamples((keys // n).astype(str).astype(object), 200)
    best = max(PEERS, key=lambda name: resamples.interval(auc, scores[name], labels).value)
    precision = precision_at(task, booster, features, reference, katz)
    rows = []
    for name, values in scores.items():
        interval = resamples.interval(auc, values, labels)
        gained = resamples.difference(auc, values, scores[best], labels)
        rows.append((task.name, name, str(interval), f"{gained} over {best}", precision[name]))
    return pd.DataFrame(rows, columns=["network", "method", "AUC", "difference", "precision@10"])


def katz_index(snapshot: Snapshot, beta: float = 0.005) -> np.ndarray:
    """Katz (1953): paths of every length, each step counting beta."""
    linked = snapshot.linked
    whole = (identity(snapshot.n_users) - beta * linked).tocsc()
    return np.asarray(np.linalg.inv(whole.toarray())) - np.eye(snapshot.n_users)


def precision_at(
    task: Task,
    booster: Any,
    features: PairFeatures,
    reference: dict[str, np.ndarray],
    katz: np.ndarray,
) -> dict[str, str]:
    """Share of links among the ten best of all pairs, for a sample of users who made a link."""
    n = task.known.n_users
    linkers = np.unique(np.concatenate([task.links // n, task.links % n]))
    chosen = np.random.default_rng(SEED).choice(linkers, min(100, len(linkers)), replace=False)
    truth = csr_matrix((np.ones(len(task.links)), (task.links // n, task.links % n)), shape=(n, n))
    truth = (truth + truth.T).toarray()
    seen = np.flatnonzero(np.diff(task.known.linked.indptr))
    hits: dict[str, list[float]] = {name: [] for name in (*PEERS, "Townsquare")}
    for user, scores in ranked_for(chosen, seen, task, booster, features, reference, katz):
        for name, values in scores.items():
            best = np.argsort(-values[1], kind="stable")[:AT]
            hits[name].append(truth[user, values[0][best].astype(int)].mean())
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(chosen), (500, len(chosen)))
    told = {}
    for name, values in hits.items():
        low, high = np.quantile(np.array(values)[drawn].mean(axis=1), (0.025, 0.975))
        told[name] = f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"
    return told


def ranked_for(
    chosen: np.ndarray,
    seen: np.ndarray,
    task: Task,
    booster: Any,
    features: PairFeatures,
    reference: dict[str, np.ndarray],
    katz: np.ndarray,
) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """For each user everybody not yet linked, with every method's score."""
    n = task.known.n_users
    for user in chosen:
        linked = task.known.linked[user].indices
        others = np.setdiff1d(seen, np.append(linked, user))
        keys = np.full(len(others), user) * n + others
        columns = both_orders(features, keys, n)
        raw = log_odds(booster, ranked(columns, reference)).reshape(2, -1).sum(axis=0)
        scores = {name: columns[name][: len(others)] for name in PEERS if name != "katz"}
        scores |= {"katz": katz[user, others], "Townsquare": raw}
        yield int(user), {name: np.stack([others, values]) for name, values in scores.items()}
