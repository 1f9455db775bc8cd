"""How the warehouses of the tests grow: which world, which windows, as of which days."""

from datetime import date, timedelta

import pyarrow.parquet as pq
from marts_world import END

from ml.learners._run import merge_inputs
from townsquare.network import Network, Windows
from townsquare.settings import Home

SEED = 3
LAYERS = tuple(
    f"path:models/{layer}" for layer in ("staging", "intermediate", "inputs", "features", "frames")
)
# Windows so short that forty days hold mature labels, and users who leave and come back.
NETWORK = Network(
    as_of_step_days=2,
    presence_awards=["Voter"],
    windows=Windows(
        churn_active_days=6,
        churn_horizon_days=3,
        conversion_candidate_days=9,
        conversion_horizon_days=2,
    ),
)
FIRST = date(2025, 2, 5)  # on the grid, so that later builds ask about it too
STEPS = [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2), END]


def keep_inputs(home: Home, full: bool) -> None:
    """Bring what dbt has just written for learners into what they read, as a run does."""
    planned = pq.read_table(home.inputs / "input_rebuild_dates.parquet")
    merge_inputs(home, None if full else planned["rebuilt_date"].to_pylist())
