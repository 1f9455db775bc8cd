"""Where events go, for this process's own client and for Airflow's provider."""

import json
import os
from typing import Any

from townsquare.errors import TownsquareError
from townsquare.settings import Home

NAMESPACE = "townsquare"
PARENT = "OPENLINEAGE_PARENT_ID"  # namespace/job/run, as OpenLineage's own tools hand it on
_VARIABLE, _KEY = "TOWNSQUARE_OPENLINEAGE", "TOWNSQUARE_OPENLINEAGE_KEY"
_TIMEOUT_SECONDS = 5


def transport(home: Home) -> dict[str, Any] | None:
    """The transport in OpenLineage's own words, or None where nobody wants to hear.

    Raises TownsquareError where the variable is neither `file` nor an address.
    """
    said = os.environ.get(_VARIABLE, "")
    if not said:
        return None
    if said == "file":
        home.openlineage.parent.mkdir(parents=True, exist_ok=True)
        return {"type": "file", "log_file_path": str(home.openlineage), "append": True}
    if not said.startswith(("http://", "https://")):
        raise TownsquareError(
            f"{_VARIABLE} is {said!r}, but must be `file` or the address of an OpenLineage "
            "endpoint that begins with http:// or https://."
        )
    key = os.environ.get(_KEY)
    allowed = {"auth": {"type": "api_key", "apiKey": key}} if key else {}
    once = {"retry": {"total": 0}}  # the next event comes soon; a run must not wait for this one
    return {"type": "http", "url": said, "timeout": _TIMEOUT_SECONDS, **once, **allowed}


def airflow_settings(home: Home) -> dict[str, str]:
    """What Airflow's provider has to know, by the names of its variables.

    It tells in a thread: by default it forks the task, and what dbt, DuckDB and LightGBM began in a
    task does not survive that.
    """
    place = transport(home)
    if place is None:
        return {"OPENLINEAGE__DISABLED": "True"}
    return {
        "OPENLINEAGE__DISABLED": "False",
        "OPENLINEAGE__NAMESPACE": NAMESPACE,
        "OPENLINEAGE__TRANSPORT": json.dumps(place),
        "OPENLINEAGE__EXECUTE_IN_THREAD": "True",
        "OPENLINEAGE__EXECUTION_TIMEOUT": str(_TIMEOUT_SECONDS),
        "OPENLINEAGE__DISABLE_SOURCE_CODE": "True",
    }
