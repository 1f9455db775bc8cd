"""One layer of dbt models as a task builds it."""

import os
from typing import Any

from airflow.sdk import get_current_context

from townsquare import openlineage
from townsquare.settings import Home

HOME = Home.from_environment()


def build_layer(layer: str, as_of: str) -> dict[str, int]:
    """Build the layer in this task; a second try goes on where the first one failed."""
    from townsquare import steps

    ti = get_current_context()["ti"]
    name_parent(ti)
    return steps.build(HOME, layer, as_of, ti.try_number > 1)


def name_parent(ti: Any) -> None:
    """Let the OpenLineage events of what this task builds name the task that built it."""
    if openlineage.transport(HOME) is not None:
        from airflow.providers.openlineage.plugins.macros import lineage_parent_id

        os.environ[openlineage.PARENT] = lineage_parent_id(ti)
