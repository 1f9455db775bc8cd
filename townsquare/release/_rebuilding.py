"""Makes a kept release again in a scratch home, from what its manifest says it was made of."""

import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from townsquare import warehouse
from townsquare.contract import load_tables
from townsquare.errors import TownsquareError
from townsquare.ingest import landed_sequence, prepare
from townsquare.network import Network, read_network
from townsquare.release import _origin
from townsquare.release._shelf import Release
from townsquare.settings import Home


def provide(home: Home, release: Release, scratch: Home) -> None:
    """Give the scratch home what the release knew: landing, decisions, models, earlier scores.

    Files are linked, not copied: landed rows, models and scores are replaced and never written
    into, so that what the release read stays as it was.
    """
    made_of = release.manifest["made_of"]
    if made_of["network_file"] is not None:
        scratch.network_file.write_text(made_of["network_file"], encoding="utf-8")
    _link_landing(home, scratch, made_of["landing_sequence"])
    prepare(scratch)
    for score, told in made_of["models"].items():
        _link(home.models / score / told["version"], scratch.models / score / told["version"])
    for day in home.scores.glob("*/as_of_date=*"):
        if day.name.removeprefix("as_of_date=") < release.manifest["as_of"]:
            _link(day, scratch.scores / day.relative_to(home.scores))
    if (release.folder / _origin.MEMORY).exists():
        shutil.copytree(release.folder / _origin.MEMORY, _origin.memory_folder(scratch))


def _link_landing(home: Home, scratch: Home, until: int) -> None:
    """The batches up to a landed file; a batch lands whole, so its first file tells."""
    for table in load_tables():
        for path in (home.landing / table).glob("*/*.parquet"):
            if landed_sequence(path) <= until:
                _origin.link_or_copy(path, scratch.landing / path.relative_to(home.landing))


def _link(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            _origin.link_or_copy(path, target / path.relative_to(source))


def build(scratch: Home, release: Release) -> dict[str, int]:
    """Every layer in full, with the scores told by the versions that told them then.

    Returns the rows that each score told as of the release's day. It is done in a process of its
    own: dbt keeps its databases open, and the home in the environment, as long as it lives.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_build, scratch, release).result()


def _build(scratch: Home, release: Release) -> dict[str, int]:
    from ml import learners

    os.environ.pop("TOWNSQUARE_OPENLINEAGE", None)  # a replay is not news
    os.dup2(os.open(scratch.root / "dbt.log", os.O_WRONLY | os.O_CREAT), 1)
    as_of, network = release.as_of, read_network(scratch)
    warehouse.plan(scratch, as_of)
    warehouse.build(scratch, network, "warehouse", as_of)
    learners.enrich(scratch, as_of.isoformat())
    for layer in ("marts", "frames"):
        warehouse.build(scratch, network, layer, as_of)
    counts = _predict(scratch, network, release.manifest["made_of"]["models"], as_of)
    warehouse.build(scratch, network, "published", as_of)
    return counts


def _predict(
    scratch: Home, network: Network, models: dict[str, dict[str, Any]], as_of: date
) -> dict[str, int]:
    from ml import registry, scoring
    from ml.declaration import load_all
    from ml.frames import read_frame

    scoring.prepare(scratch)
    declared = {score.name: score for score in load_all(network)}
    counts = {}
    for name, told in models.items():
        if name not in declared:
            raise TownsquareError(
                f"The release tells the score {name}, which this code no longer declares; replay "
                "it with the code that made it."
            )
        version = registry.read_version(scratch, name, told["version"])
        rows = read_frame(scratch, declared[name], as_of, [as_of], version.features)
        scoring.publish(scratch, declared[name], version.load(), version.name, rows)
        counts[name] = len(rows)
    return counts
