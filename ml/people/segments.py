"""Groups everybody in three ways: lifecycle, recency-frequency-value, behaviour."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ml.learners import NotAvailableError, Run
from ml.people import _clusters, _naming

Floats = npt.NDArray[np.float64]

DEEDS = (
    "contents",
    "views",
    "likes_given",
    "shares",
    "saves",
    "messages_sent",
    "replies_to_others",
    "night_activities",
    "morning_activities",
    "evening_activities",
)
LIFECYCLE = {
    "new": "Active in the last 7 days, for the first time ever.",
    "retained": "Active in the last 7 days and in the 7 before.",
    "resurrected": "Active in the last 7 days, not in the 7 before, but earlier.",
    "dormant": "Was active once, but not in the last 7 days.",
    "never_active": "Registered, and was never active.",
}
# Name: recency at least, recency at most, frequency and value at least and at most, in fifths.
VALUE = {
    "champions": (4, 5, 4.0, 5.0, "Here lately, often, and worth much."),
    "regulars": (4, 5, 2.5, 4.0, "Here lately, as often and worth as much as most."),
    "promising": (4, 5, 0.0, 2.5, "Here lately, but seldom so far or worth little."),
    "cooling_champions": (3, 3, 4.0, 5.0, "Came often and is worth much, but less lately."),
    "cooling": (3, 3, 0.0, 4.0, "Was here a while ago."),
    "at_risk": (1, 2, 4.0, 5.0, "Came often and was worth much, but has not come for long."),
    "hibernating": (1, 2, 0.0, 4.0, "Has not come for long and came seldom."),
    "absent": (0, 0, 0.0, 0.0, "Not active in 365 days."),
}
QUIET = "quiet"
FEWEST = 50  # active users below which clusters would be noise


def learn(run: Run) -> dict[str, Any]:
    """Group everybody as of the day and the four weeks before, and count who moved."""
    habits = run.read("input_user_habits").to_pandas()
    if habits.empty:
        raise NotAvailableError("nobody has registered or been active yet")
    habits["as_of_date"] = pd.to_datetime(habits["as_of_date"]).dt.date
    behaviour, described = _behaviour(run, habits)
    groups = pd.concat(
        [
            _long(habits, "lifecycle", habits["lifecycle_state"]),
            _long(habits, "value", _value(habits)),
            _long(habits, "behaviour", behaviour),
        ]
    )
    words = {"lifecycle": LIFECYCLE, "value": {k: v[4] for k, v in VALUE.items()}}
    today = groups[groups["as_of_date"] == run.as_of]
    run.write("user_segments", _table(today))
    run.write("segments", _described(today, {**words, "behaviour": described}, run.as_of))
    moved = _transitions(groups)
    run.write("segment_transitions", moved)
    return {"users": today["user_id"].nunique(), "behaviours": len(described) - 1}


def _long(habits: pd.DataFrame, segmentation: str, segment: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": habits["user_id"],
            "segmentation": segmentation,
            "segment_id": segment.astype(object),
            "as_of_date": habits["as_of_date"],
        }
    )


def _value(habits: pd.DataFrame) -> "pd.Series[str]":
    """
    Recency, frequency and value in fifths of those active in 365 days, each week by itself.

    Value is what was paid, or, on a network that tells of no payment, what was written. Equal
    values share a fifth.
    """
    here = habits["n_active_days_365d"] > 0
    paid = bool((habits["amount_365d"] > 0).any())
    worth = habits["amount_365d"] if paid else habits["n_contents_365d"]
    active = habits[here]
    weeks = active["as_of_date"]
    recency = _fifth(-active["days_since_active"], weeks)
    often = _fifth(active["n_active_days_365d"], weeks)
    strength = (often + _fifth(worth[here], weeks)) / 2
    named = pd.Series("absent", index=habits.index, dtype=object)
    for name, (lowest, highest, low, high, _) in VALUE.items():
        fits = (recency >= lowest) & (recency <= highest) & (strength >= low)
        fits &= (strength < high) | ((high == 5.0) & (strength <= high))
        named.loc[active.index[fits]] = name
    return named


def _fifth(values: "pd.Series[float]", weeks: "pd.Series[Any]") -> "pd.Series[int]":
    # Where most came on one day only, they stand in the middle of their ranks: not in a high fifth.
    share = values.groupby(weeks).rank(method="average", pct=True)
    return (share * 5).apply(np.ceil).clip(1, 5).astype(int)


def _behaviour(run: Run, habits: pd.DataFrame) -> tuple["pd.Series[str]", dict[str, str]]:
    """A cluster for everybody active in 91 days, and the clusters in words."""
    segment = pd.Series(QUIET, index=habits.index, dtype=object)
    described = {QUIET: "Not active in 91 days."}
    active = habits[habits["n_active_days_91d"] > 0]
    today = active[active["as_of_date"] == run.as_of]
    if len(today) < FEWEST:
        segment.loc[active.index] = "active"
        return segment, {**described, "active": "Active in 91 days; too few people to tell apart."}
    folder = run.memory("clusters")
    features, values = _features(active)
    rows = values[(active["as_of_date"] == run.as_of).to_numpy()]
    found = _clusters.find(features, rows, _clusters.recall(folder, run.as_of))
    _clusters.remember(found, folder, run.as_of)
    ids = np.array([f"b{number}" for number in range(len(found.centres))], dtype=object)
    segment.loc[active.index] = ids[found.assign(values)]
    named = _naming.names(features, found.centres)
    return segment, {**described, **dict(zip(ids, named, strict=True))}


def _features(active: pd.DataFrame) -> tuple[tuple[str, ...], Floats]:
    """How often, how much, and what share of it was what; those that never vary are left out."""
    deeds = np.maximum(active["n_activities_91d"].to_numpy(float), 1.0)
    days = active["n_active_days_91d"].to_numpy(float)
    columns = {"active_days": np.log1p(days), "activities_per_day": np.log1p(deeds / days)}
    for name in DEEDS:
        share = active[f"n_{name}_91d"].to_numpy(float) / deeds
        columns[f"share_{name}"] = np.sqrt(np.clip(share, 0.0, 1.0))
    used = tuple(name for name, values in columns.items() if values.std() > 0)
    used = used or ("active_days",)
    return used, np.column_stack([columns[name] for name in used])


def _table(groups: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(groups, preserve_index=False)


def _described(
    today: pd.DataFrame, words: Mapping[str, Mapping[str, str]], as_of: date
) -> pa.Table:
    sizes = today.groupby(["segmentation", "segment_id"]).size()
    everyone = today["user_id"].nunique()
    rows = []
    for segmentation, names in words.items():
        for segment_id, description in names.items():
            n_users = int(sizes.get((segmentation, segment_id), 0))
            rows.append(
                {
                    "segmentation": segmentation,
                    "segment_id": segment_id,
                    "description": description,
                    "n_users": n_users,
                    "share_users": n_users / everyone,
                    "as_of_date": as_of,
                }
            )
    return pa.Table.from_pylist(rows)


def _transitions(groups: pd.DataFrame) -> pa.Table:
    """How many went from one segment to another in each of the four weeks; who joined has none."""
    later = groups.rename(columns={"segment_id": "to_segment_id", "as_of_date": "to_date"})
    earlier = groups.rename(columns={"segment_id": "from_segment_id", "as_of_date": "from_date"})
    earlier["to_date"] = [day + timedelta(days=7) for day in earlier["from_date"]]
    both = earlier.merge(later, on=["user_id", "segmentation", "to_date"])
    keys = ["segmentation", "from_segment_id", "to_segment_id", "from_date", "to_date"]
    counted = both.groupby(keys).size().rename("n_users").reset_index()
    left = counted.groupby(["segmentation", "from_segment_id", "to_date"])["n_users"]
    counted["share_of_from"] = counted["n_users"] / left.transform("sum")
    return pa.Table.from_pandas(counted, preserve_index=False)
