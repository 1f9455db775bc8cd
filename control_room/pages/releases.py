"""The kept releases, what happened to them, and the way back to one of them."""

from typing import Any

from control_room.reading import Asked
from townsquare import release

_EVENTS = 30


def facts(asked: Asked) -> dict[str, Any]:
    """Every kept release, the newest first, and the last events."""
    return {
        "releases": release.list_releases(asked.home),
        "events": list(reversed(release.events(asked.home)))[:_EVENTS],
        "may_roll_back": asked.may_roll_back,
        "started": asked.words.get("started"),
    }
