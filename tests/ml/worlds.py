"""Makes frames whose truth is known, so that tests ask whether it was found."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from townsquare.network import Network
from townsquare.settings import Home

AS_OF = date(2025, 6, 30)
NETWORK = Network()  # a horizon of 28 days
LABEL = "is_churned_next_28d"
FEATURES = ("days_since_last_activity", "n_posts_28d", "share_replies_28d", "is_premium")
DECLARED = {
    "question": "Will this user be gone for the next {churn_horizon_days} days?",
    "owner": "community",
    "frame": "frame_churn",
    "grain": ["user_id", "as_of_date"],
    "label": "is_churned_next_{churn_horizon_days}d",
    "features": list(FEATURES),
    "split": {"train_days": 84, "valid_days": 7, "judge_days": 1},
    "model": {
        "kind": "lightgbm_binary",
        "params": {"num_leaves": 7, "learning_rate": 0.1, "min_data_in_leaf": 40},
        "rounds": 80,
        "patience": 10,
    },
    "gates": {"min_rows": 500, "min_positives": 50, "max_calibration_error": 0.06},
    "bands": {"high": 0.6, "medium": 0.3},
    "retrain_days": 7,
    "expires_days": 14,
    "segments": ["n_posts_28d"],
}


def declare(folder: Path, **changes: object) -> Path:
    """Write churn.yml with some keys changed; None takes one out."""
    declared = {**DECLARED, **changes}
    kept = {key: value for key, value in declared.items() if value is not None}
    path = folder / "churn.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")
    return path


def weeks(n: int, until: date = AS_OF) -> list[date]:
    """The last n dates of a weekly grid that ends on `until`."""
    return [until - timedelta(days=7 * back) for back in reversed(range(n))]


def truth(columns: dict[str, np.ndarray]) -> np.ndarray:
    """The probability behind every label: two features matter together, so no line describes it."""
    idle = np.minimum(columns["days_since_last_activity"], 28) / 7
    posts = np.log1p(columns["n_posts_28d"])
    odds = -1.2 + idle - 0.9 * posts + 1.8 * (idle > 1.5) * columns["is_premium"]
    return 1 / (1 + np.exp(-odds))


def make_frame(
    dates: list[date], users: int = 800, seed: int = 1, as_of: date = AS_OF
) -> dict[str, np.ndarray]:
    """The columns of a frame, and beside them `truth`, the probability that no model sees."""
    generator = np.random.default_rng(seed)
    rows = len(dates) * users
    columns: dict[str, np.ndarray] = {
        "user_id": np.tile([f"u{number:05d}" for number in range(users)], len(dates)),
        "as_of_date": np.repeat(np.array(dates, dtype="datetime64[D]"), users),
        "days_since_last_activity": np.floor(generator.exponential(8, rows)),
        "n_posts_28d": generator.negative_binomial(1, 0.3, rows).astype(float),
        "share_replies_28d": generator.random(rows),
        "is_premium": generator.random(rows) < 0.2,
    }
    columns["share_replies_28d"][generator.random(rows) < 0.1] = np.nan
    columns["truth"] = truth(columns)
    happened = (generator.random(rows) < columns["truth"]).astype(float)
    mature = columns["as_of_date"] <= np.datetime64(as_of - timedelta(days=28))
    columns[LABEL] = np.where(mature, happened, np.nan)
    return columns


def write_frame(home: Home, columns: dict[str, np.ndarray], name: str = "frame_churn") -> None:
    """Write the columns as dbt would: labels as booleans, and nothing of the truth."""
    table = pa.table({key: value for key, value in columns.items() if key != "truth"})
    label = pa.array(columns[LABEL], from_pandas=True).cast(pa.int8()).cast(pa.bool_())
    table = table.set_column(table.column_names.index(LABEL), LABEL, label)
    home.frames.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, home.frames / f"{name}.parquet")
