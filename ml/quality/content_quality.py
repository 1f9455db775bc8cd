"""Writes what each content of the last year is worth: early, then as ratings come."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ml.learners import NotAvailableError, Run
from ml.quality._bridging import Bridged
from ml.quality._early import author_history, estimate_early
from ml.quality._rating import rate, vote_rates, weigh
from ml.quality._signals import read_signals
from ml.quality._status import stand
from ml.trends._counting import tell_voices
from ml.trends._endorsements import read_endorsements

Floats = npt.NDArray[np.float64]

TOLD_DAYS = 365


def learn(run: Run) -> dict[str, Any]:
    """Everything of the last year is weighed anew, for each new rating moves what it shares."""
    since = pc.field("event_date")
    recent = since >= pa.scalar(run.as_of - timedelta(days=TOLD_DAYS))
    names = ["content_id", "author_id", "kind", "title", "body", "tags", "published_at"]
    contents = run.read("input_contents", names, recent).to_pandas()
    if contents.empty:
        raise NotAvailableError("there is no content of the last 365 days")
    names = ["content_id", "rater_id", "n_views", "n_for", "n_against"]
    ratings = without_own(run.read("input_ratings", names, recent).to_pandas(), contents)
    named = ratings["rater_id"][ratings["rater_id"] != ""]
    told = measure(contents, ratings, tell_voices(read_endorsements(run), named))
    folder = run.memory("standing")
    told["status"] = stand(
        told["quality"].to_numpy(),
        told["quality_deviation"].to_numpy(),
        np.where(told["basis"] == "votes", told["n_unnamed_votes"], told["n_raters"]),
        _standing_before(folder, run.as_of).reindex(told["content_id"]),
    )
    told[["content_id", "status"]].to_parquet(folder / f"{run.as_of}.parquet", index=False)
    told["as_of_date"] = run.as_of
    run.write("content_quality", pa.Table.from_pandas(told, preserve_index=False))
    return {"contents": len(told), "rated": int((told["basis"] != "early").sum())}


def without_own(ratings: pd.DataFrame, contents: pd.DataFrame) -> pd.DataFrame:
    """The ratings without those that authors gave what they wrote themselves."""
    author = ratings["content_id"].map(contents.set_index("content_id")["author_id"])
    return ratings[ratings["rater_id"] != author]


def _standing_before(folder: Any, as_of: date) -> pd.Series:
    """The standings of the last run before this day; older ones are let go."""
    earlier = sorted(path for path in folder.glob("*.parquet") if path.stem < str(as_of))
    for path in earlier[:-3]:
        path.unlink()
    if not earlier:
        return pd.Series(dtype=object)
    return pd.read_parquet(earlier[-1]).set_index("content_id")["status"]


def measure(contents: pd.DataFrame, ratings: pd.DataFrame, voices: pd.Series) -> pd.DataFrame:
    """One row per content, standing apart: early estimate, quality, doubt, popularity, signals."""
    contents = contents.sort_values(["published_at", "content_id"]).reset_index(drop=True)
    index = pd.Index(contents["content_id"])
    rated = weigh(ratings[ratings["content_id"].isin(index)], voices)
    raters = rated.groupby("content_id")["weight"].sum().reindex(index).fillna(0.0).to_numpy()
    votes, vote_rate = vote_rates(ratings, index)
    # A network that names few of its voters is judged by its votes, not by those few.
    named = raters.sum() >= votes.sum()
    first = rate(rated, index, np.zeros(len(index))) if named else None
    target = vote_rate if first is None else first.content
    weight = votes if first is None else raters
    signals = read_signals(contents)
    history = author_history(contents["author_id"], target, np.minimum(weight, 20.0))
    features = pd.concat([signals, history], axis=1)
    early = estimate_early(features, target, np.minimum(weight, 20.0))
    fitted = rate(rated, index, early, contents["author_id"]) if named else None
    quality, doubt = _combine(early, fitted, votes, vote_rate, target)
    basis = np.where(weight > 0, "votes" if first is None else "ratings", "early")
    totals = ratings.groupby("content_id")[["n_views", "n_for", "n_against"]].sum()
    table = pd.DataFrame(
        {
            "content_id": index,
            "early_quality": early,
            "quality": quality,
            "quality_deviation": doubt,
            "viewpoint": np.nan if fitted is None else fitted.content_view,
            "n_raters": raters,
            "n_unnamed_votes": votes.astype(np.int64),
            "readability": signals["readability"],
            "bait": signals["bait"],
            "spam": signals["spam"],
            "basis": basis,
        }
    )
    approvals = totals["n_for"].reindex(index).fillna(0).astype(np.int64)
    table["n_likes_shares_saves"] = approvals.to_numpy()
    by_kind = table.groupby(contents["kind"])
    table["quality_percentile"] = by_kind["quality"].rank(pct=True)
    table["popularity_percentile"] = by_kind["n_likes_shares_saves"].rank(pct=True)
    return table


def _combine(
    early: Floats, fitted: Bridged | None, votes: Floats, vote_rate: Floats, target: Floats
) -> tuple[Floats, Floats]:
    """Named ratings speak by the bridging model; unnamed votes by their shrunken rate."""
    if fitted is not None:
        return fitted.content, fitted.deviation
    known = votes > 0
    spread = float(np.std(target[known])) if known.any() else 0.0
    share = votes / (votes + 10.0)
    return (1.0 - share) * early + share * vote_rate, spread * np.sqrt(1.0 - share)
