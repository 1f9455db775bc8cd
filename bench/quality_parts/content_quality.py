"""Content quality beside counts and rates of likes, by the simulator's latent quality."""

from collections.abc import Iterator

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from bench.quality_parts import Asked
from bench.quality_parts._bound import best_estimates
from bench.quality_parts._simulated import CONTENTS, ENDORSEMENTS, simulated
from ml.metrics import Resamples
from ml.quality.content_quality import measure as tell_quality
from ml.trends._counting import tell_voices

Floats = npt.NDArray[np.float64]
Row = dict[str, str]

USERS, DAYS, SEEDS = 4_000, 180, (32, 33)
SEEN_BY = (1, 5, 10, 20)
DRAWS = 200
RATINGS = """
    select content_id, actor_id as rater_id, cast(occurred_at as date) as event_date,
        count(*) filter (where verb = 'view') as n_views,
        count(*) filter (where verb in ('like', 'share', 'save')) as n_for,
        count(*) filter (where verb in ('dislike', 'hide', 'report')) as n_against
    from interactions inner join contents using (content_id)
    where contents.deleted_at is null and actor_id <> author_id
        and verb in ('view', 'like', 'share', 'save', 'dislike', 'hide', 'report')
    group by all
"""
PLANTED = "select content_id, quality as planted, ring from truth_contents"


def measure(asked: Asked) -> Iterator[Row]:
    """Every line of the table; nothing that is asked for is read."""
    for seed in SEEDS:
        with simulated(USERS, DAYS, seed) as (_, database):
            told = _told(database)
        for least in SEEN_BY:
            yield from _judged(told[told["n_raters_seen"] >= least], least, seed)


def _told(database: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Per content of honest people: what each method says, and the quality that was planted."""
    contents, ratings = database.sql(CONTENTS).df(), database.sql(RATINGS).df()
    pairs = database.sql(ENDORSEMENTS).to_arrow_table()
    found = tell_quality(contents, ratings, tell_voices(pairs, ratings["rater_id"]))
    found = found.merge(contents[["content_id", "author_id"]], on="content_id")
    found = found.merge(database.sql(PLANTED).df(), on="content_id")
    found["bound"] = best_estimates(database, found)
    raters = ratings.groupby("content_id")["rater_id"].nunique()
    likers = ratings[ratings["n_for"] > 0].groupby("content_id")["rater_id"].nunique()
    seen, liked = (
        one.reindex(found["content_id"]).fillna(0.0).to_numpy() for one in (raters, likers)
    )
    found["n_raters_seen"], found["likes"] = seen, liked
    found["mean"] = liked / np.maximum(seen, 1.0)
    found["wilson"] = wilson_bound(liked, seen)
    return found[found["ring"].isna()]


def wilson_bound(hits: Floats, trials: Floats) -> Floats:
    """The lower end of the 95 % interval of a share (Wilson, 1927), as Miller ranks comments."""
    n, z = np.maximum(trials, 1.0), 1.96
    share = hits / n
    spread = z * np.sqrt(share * (1.0 - share) / n + z**2 / (4.0 * n**2))
    bound: Floats = (share + z**2 / (2.0 * n) - spread) / (1.0 + z**2 / n)
    return bound


def rank_correlation(scores: Floats, labels: Floats, weights: Floats) -> Floats:
    """Spearman's correlation under each row of weights; ranks are those of all rows."""
    one, other = (rankdata(values) - (len(values) + 1) / 2.0 for values in (scores, labels))
    total = weights.sum(axis=1)

    def mean(values: Floats) -> Floats:
        averaged: Floats = weights @ values / total
        return averaged

    covariance = mean(one * other) - mean(one) * mean(other)
    spread = (mean(one**2) - mean(one) ** 2) * (mean(other**2) - mean(other) ** 2)
    correlation: Floats = covariance / np.sqrt(spread)
    return correlation


def _judged(told: pd.DataFrame, least: int, seed: int) -> Iterator[Row]:
    who = {
        "quality": "Townsquare",
        "early_quality": "its early estimate alone",
        "mean": "mean rating",
        "likes": "number of likes",
        "wilson": "Wilson bound of the like rate",
        "bound": "one who knows the simulator's rules (bound)",
    }
    resamples = Resamples(told["author_id"].to_numpy(dtype=object), DRAWS)
    truth = told["planted"].to_numpy(dtype=np.float64)
    what = f"Spearman with latent quality, {len(told):,} contents, {least} raters or more"
    for column, name in who.items():
        scores = told[column].to_numpy(dtype=np.float64)
        interval = resamples.interval(rank_correlation, scores, truth)
        yield {"what": f"{what}, seed {seed}", "who": name, "value": str(interval), "bar": ".6"}
