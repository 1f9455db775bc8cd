"""What the gates said of a candidate: why it was refused, and the way out."""

from typing import Any

from control_room import reading
from control_room.reading import Asked
from townsquare import quality, release
from townsquare.errors import TownsquareError
from townsquare.settings import Home


def facts(asked: Asked) -> dict[str, Any]:
    """The checks of the release that was asked for, of a run's last candidate, or of the newest."""
    candidates = _candidates(asked.home)
    run_id, wanted = asked.words.get("run_id"), asked.words.get("release_id")
    if run_id is not None:
        wanted = _made_by(asked.home, run_id)
    elif wanted is None and candidates:
        wanted = candidates[0]["release_id"]
    if wanted is None:
        return {"release": None, "run_id": run_id, "others": candidates}
    try:
        judged = reading.find(asked.home, wanted)
    except TownsquareError:  # kept no longer
        return {"release": None, "run_id": run_id, "others": candidates}
    checks = quality.read_results(judged.folder)
    failed = sorted((one for one in checks if not one.success), key=lambda one: not one.stops)
    return {
        "release": judged,
        "run_id": run_id,
        "others": [one for one in candidates if one["release_id"] != judged.release_id],
        "was_refused": judged.folder.parent == asked.home.failed_candidates,
        "failed": failed,
        "passed": [one for one in checks if one.success],
    }


def _candidates(home: Home) -> list[dict[str, Any]]:
    """Every kept release and failed candidate, the newest first, by the order they were built."""
    built = [told["release_id"] for told in release.events(home) if told["event"] == "built"]
    place = {release_id: number for number, release_id in enumerate(built)}
    found = [
        {"release_id": path.name, "was_refused": path.parent == home.failed_candidates}
        for path in release.all_folders(home)
        if (path / "checks.json").exists()
    ]
    return sorted(found, key=lambda one: place.get(str(one["release_id"]), -1), reverse=True)


def _made_by(home: Home, run_id: str) -> str | None:
    """The last candidate that a run of Airflow built; None where it came to none."""
    built = [
        told["release_id"]
        for told in release.events(home)
        if told["event"] == "built" and told.get("run_id") == run_id
    ]
    return built[-1] if built else None
