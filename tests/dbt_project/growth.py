"""How the warehouses of the tests grow: which world, which windows, as of which days."""

from datetime import date, timedelta

from marts_world import END

from townsquare.network import Network, Windows

SEED = 3
LAYERS = tuple(
    f"path:models/{layer}" for layer in ("staging", "intermediate", "features", "frames")
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
