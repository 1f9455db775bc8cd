"""How the DAGs that train say that a challenger waits for a person's word."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import Asset, AssetAlias, get_current_context

CHALLENGERS = Asset("townsquare_challengers")
# The name under which a training task may add the asset: only when there is a challenger to judge.
CHALLENGES = AssetAlias("townsquare_challenges")


def ask_about(summaries: Sequence[dict[str, Any]]) -> None:
    """Start `townsquare_judge` where a challenger waits; to be called in a task of CHALLENGES."""
    if any(one["waits"] for one in summaries):
        get_current_context()["outlet_events"][CHALLENGES].add(CHALLENGERS)
