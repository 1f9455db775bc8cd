"""Replays a kept release: makes it again from its manifest and says where the two differ."""

import shutil
from dataclasses import asdict
from typing import Any

from townsquare import locking, versions
from townsquare.errors import TownsquareError
from townsquare.release import _comparing, _origin, _rebuilding, _shelf
from townsquare.settings import Home


def replay(home: Home, release_id: str) -> dict[str, Any]:
    """Equality relation by relation, predictions included, and what could explain a difference.

    The scratch home is deleted at the end, whatever happens; nothing of the home is changed.
    """
    release = _shelf.find(home, release_id)
    if (release.manifest.get("made_of") or {}).get("landing_sequence") is None:
        raise TownsquareError(
            f"{release.folder / _shelf.MANIFEST} does not say what the release was made of, "
            "because an older version published it; replay one that was published since."
        )
    with locking.replaying(home, f"replaying {release_id}"):
        sweep(home)
        scratch = Home(home.replays / release_id)
        scratch.root.mkdir()
        try:
            with locking.writer(home, f"replaying {release_id}"):
                _rebuilding.provide(home, release, scratch)
            told = _rebuilding.build(scratch, release)
            return _outcome(home, release, scratch, told)
        finally:
            sweep(home)


def sweep(home: Home) -> None:
    """Delete what a killed replay left."""
    for left in home.replays.glob("*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


def _outcome(
    home: Home, release: _shelf.Release, scratch: Home, told: dict[str, int]
) -> dict[str, Any]:
    database = release.database
    relations = _comparing.compare(database, scratch.marts)
    made_of, as_of = release.manifest["made_of"], release.manifest["as_of"]
    predictions = []
    for score, rows in told.items():
        difference = _comparing.largest_difference(database, scratch.marts, score, as_of)
        version = made_of["models"][score]["version"]
        predictions.append(
            {
                "score": score,
                "model_version": version,
                "rows": rows,
                "largest_difference": difference,
                "is_equal": difference == 0,
            }
        )
    equal = all(one.is_equal for one in relations) and all(one["is_equal"] for one in predictions)
    return {
        "release_id": release.release_id,
        "as_of": as_of,
        "is_equal": equal,
        "relations": [{**asdict(one), "is_equal": one.is_equal} for one in relations],
        "predictions": predictions,
        "notes": list(_notes(home, release)),
    }


def _notes(home: Home, release: _shelf.Release) -> list[str]:
    """What is not as it was when the release was made."""
    made_of = release.manifest["made_of"]
    notes = []
    if made_of["code_version"] != versions.code_version():
        notes.append(
            f"The release was made by the code {made_of['code_version']}, and this is "
            f"{versions.code_version()}; a difference may come from that."
        )
    for engine, then in made_of["engines"].items():
        now = versions.engines().get(engine)
        if now != then:
            notes.append(f"The release was made with {engine} {then}, and this is {now}.")
    for score, told in made_of["models"].items():
        if told["files"] != _origin.checksums(home.models / score / told["version"]):
            notes.append(f"The files of the model {score} {told['version']} have changed since.")
    if release.manifest.get("erasures"):
        notes.append(
            f"{release.manifest['erasures']} erased since it was made: the release still counts "
            "them in its totals, and the landing no longer holds them."
        )
    return notes
