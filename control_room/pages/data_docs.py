"""Great Expectations' pages of the current release, in a frame."""

from typing import Any

from control_room import reading
from control_room.reading import Asked


def facts(asked: Asked) -> dict[str, Any]:
    """The release whose data docs are shown."""
    return {"release": reading.current(asked.home), "document": "data_docs/index.html"}
