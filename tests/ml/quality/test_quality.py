"""Quality is what both sides grant, a ring adds one voice, and a standing lasts."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from ml.learners import NotAvailableError
from ml.quality import content_quality
from ml.quality._early import estimate_early
from ml.quality._rating import rate, weigh
from ml.quality._signals import read_signals
from ml.quality._status import stand

CONTENTS, RATERS = 150, 400


def _likes(seed: int = 1) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Two camps of unlike size: each likes what is good, and far more what is its own."""
    rng = np.random.default_rng(seed)
    quality, slant = rng.normal(size=CONTENTS), rng.choice([-1.0, 0.0, 1.0], CONTENTS)
    side = np.where(np.arange(RATERS) < 280, 1.0, -1.0)
    pull = 0.7 * quality + 1.8 * side[:, None] * slant - 1.0
    liked = rng.random((RATERS, CONTENTS)) < 1 / (1 + np.exp(-pull))
    seen = np.argwhere(rng.random(liked.shape) < 0.4)
    table = pd.DataFrame(
        {
            "content_id": [f"c{content:03d}" for content in seen[:, 1]],
            "rater_id": [f"u{rater}" for rater in seen[:, 0]],
            "n_views": 1,
            "n_for": liked[tuple(seen.T)].astype(int),
            "n_against": 0,
        }
    )
    return table, quality, slant


def _quality(table: pd.DataFrame, voices: pd.Series) -> np.ndarray:
    index = pd.Index([f"c{content:03d}" for content in range(CONTENTS)])
    fitted = rate(weigh(table, voices), index, np.zeros(CONTENTS))
    assert fitted is not None
    return fitted.content


def _alone(table: pd.DataFrame) -> pd.Series:
    names = table["rater_id"].unique()
    return pd.Series(names, index=names)


def test_quality_is_freed_of_the_camp_that_is_larger() -> None:
    table, quality, slant = _likes()
    found = _quality(table, _alone(table))
    rates = table.groupby("content_id")["n_for"].mean().to_numpy()
    assert spearmanr(found, quality)[0] > 0.7
    assert spearmanr(found, quality)[0] > spearmanr(rates, quality)[0] + 0.1
    assert abs(np.corrcoef(found, slant)[0, 1]) < 0.3 < np.corrcoef(rates, slant)[0, 1] - 0.2


def _spread_thin(seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Sixty authors of ten contents each; skill shows in all, and each is seen by four."""
    rng = np.random.default_rng(seed)
    author = np.repeat(np.arange(60), 10)
    quality = 0.8 * rng.normal(size=60)[author] + 0.6 * rng.normal(size=600)
    content = np.repeat(np.arange(600), 4)
    liked = rng.random(2400) < 1 / (1 + np.exp(1.0 - 1.5 * quality[content]))
    columns = {"content_id": [f"c{one:03d}" for one in content], "n_views": 1, "n_against": 0}
    columns |= {"rater_id": [f"u{one}" for one in rng.integers(0, 300, 2400)]}
    return pd.DataFrame(columns | {"n_for": liked.astype(int)}), author, quality


def test_what_few_have_seen_is_told_better_by_what_its_author_wrote_besides() -> None:
    table, author, quality = _spread_thin()
    index = pd.Index([f"c{content:03d}" for content in range(600)])
    rated = weigh(table, _alone(table))
    names = pd.Series([f"a{one}" for one in author])
    by_author = rate(rated, index, np.zeros(600), names)
    alone = rate(rated, index, np.zeros(600))
    unnamed = rate(rated, index, np.zeros(600), pd.Series([None] * 600, dtype=object))
    assert by_author and alone and unnamed
    assert spearmanr(by_author.content, quality)[0] > spearmanr(alone.content, quality)[0] + 0.05
    # No author is not an author: such contents do not speak for one another.
    assert np.std(unnamed.content) > 0
    assert spearmanr(unnamed.content, alone.content)[0] > 0.95
    # A content that nobody has seen is what its author's others are, and more doubtful.
    unseen = rate(rated[rated["content_id"] != "c000"], index, np.zeros(600), names)
    assert unseen
    assert unseen.content[0] == pytest.approx(np.mean(by_author.content[1:10]), abs=0.1)
    assert unseen.deviation[0] > by_author.deviation[0]


def test_twenty_linked_accounts_raise_what_they_like_as_one_voice_would() -> None:
    table, _, _ = _likes()
    ring = [f"r{number}" for number in range(20)]
    pushed = pd.DataFrame({"rater_id": ring, "content_id": "c007"})
    pushed = pushed.assign(n_views=1, n_for=1, n_against=0)
    both = pd.concat([table, pushed], ignore_index=True)
    voices = pd.concat([_alone(table), pd.Series("ring 1", index=ring)])
    before, after = _quality(table, _alone(table)), _quality(both, voices)
    free = _quality(both, _alone(both))
    place = [100 * (one < one[7]).mean() for one in (before, after, free)]
    # One voice more moves a content by a few of 150 places; 20 of them by many more.
    assert abs(place[1] - place[0]) <= 3
    assert place[2] - place[0] > 4 * max(place[1] - place[0], 1.0)


def test_an_early_estimate_knows_earlier_rows_only() -> None:
    rng = np.random.default_rng(2)
    features = pd.DataFrame({"a": rng.normal(size=3000)})
    target, weight = features["a"].to_numpy() + rng.normal(size=3000), np.ones(3000)
    whole = estimate_early(features, target, weight)
    assert (whole[:600] == 0).all()
    assert np.corrcoef(whole[600:], features["a"][600:])[0, 1] > 0.8
    later = target.copy()
    later[2400:] *= -1
    np.testing.assert_array_equal(estimate_early(features, later, weight), whole)


def test_a_standing_is_kept_until_the_evidence_has_turned() -> None:
    quality = np.array([1.0, 0.3, 0.3, -1.0, 0.1, 1.0])
    quality = np.concatenate([quality, -quality])
    raters = np.array([9.0, 9, 9, 9, 9, 2] * 2)
    before = pd.Series([None, "good", None, None, "good", None] + [None] * 6)
    told = stand(quality, np.full(12, 0.05), raters, before)
    assert told[:6] == ["good", "good", "ordinary", "poor", "ordinary", "unrated"]


@pytest.mark.parametrize(
    ("body", "signal"),
    [("Tag a friend and like if you agree", "bait"), ("Earn money fast, act now", "spam")],
)
def test_begging_and_advertising_show(body: str, signal: str) -> None:
    plain = "The ferry leaves at nine and takes two hours across the bay."
    contents = pd.DataFrame(
        {"title": [None] * 2, "body": [body, plain], "tags": [None, []], "kind": ["post"] * 2}
    )
    signals = read_signals(contents)
    assert signals[signal][0] > 0.3
    assert signals[signal][1] == 0.0
    assert 0 <= signals["readability"].min() <= signals["readability"].max() <= 100


def test_a_year_without_contents_is_not_available() -> None:
    columns = ["content_id", "author_id", "kind", "title", "body", "tags", "published_at"]
    empty = pa.table({name: pa.array([], pa.string()) for name in columns})
    faked: Any = SimpleNamespace(as_of=date(2025, 6, 30), read=lambda *_: empty)
    with pytest.raises(NotAvailableError, match="no content of the last 365 days"):
        content_quality.learn(faked)


def test_votes_without_a_name_are_counted_apart_from_what_anyone_approved() -> None:
    """c000: three named likes. c001: one unnamed like, four against. c002: both, 1 and 2 + 1."""
    contents = pd.DataFrame(
        {
            "content_id": ["c000", "c001", "c002"],
            "author_id": ["a", "b", "c"],
            "kind": "post",
            "title": "",
            "body": "words",
            "tags": [[]] * 3,
            "published_at": pd.Timestamp("2025-01-01"),
        }
    )
    told = [
        *[("c000", f"u{one}", 1, 0) for one in range(3)],
        ("c001", "", 1, 4),
        ("c002", "u1", 1, 0),
        ("c002", "", 2, 1),
    ]
    ratings = pd.DataFrame(told, columns=["content_id", "rater_id", "n_for", "n_against"])
    table = content_quality.measure(contents, ratings.assign(n_views=0), _alone(ratings))
    counted = table[["n_unnamed_votes", "n_likes_shares_saves"]].to_numpy().tolist()
    assert counted == [[0, 3], [5, 1], [3, 3]]


def test_what_authors_think_of_their_own_is_no_rating() -> None:
    contents = pd.DataFrame({"content_id": ["c1", "c2"], "author_id": ["a", None]})
    ratings = pd.DataFrame(
        {"content_id": ["c1", "c1", "c2", "gone"], "rater_id": ["a", "b", "", "a"]}
    )
    kept = content_quality.without_own(ratings, contents)
    assert kept["rater_id"].tolist() == ["b", "", "a"]
