"""dbt's pages of the current release: every model, column and test, and what is made of what."""

from typing import Any

from control_room import reading
from control_room.reading import Asked


def facts(asked: Asked) -> dict[str, Any]:
    """The release whose dbt docs are shown."""
    return {"release": reading.current(asked.home), "document": "dbt_docs/index.html"}
