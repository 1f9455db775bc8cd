"""What a release was made of, for its manifest, so that a replay can make it again."""

import os
import shutil
from pathlib import Path
from typing import Any

import duckdb

from townsquare import versions, warehouse
from townsquare.integrity import sha256
from townsquare.release import _candidate
from townsquare.settings import DATABASE, Home

MEMORY = "memory"


def describe(home: Home, candidate: Path, as_of: str) -> dict[str, Any]:
    """Landing, decisions, code, engines and models; what learners remember is copied beside it."""
    _keep_memory(home, candidate)
    network = home.network_file
    return {
        "landing_sequence": warehouse.built_sequence(home),
        "network_file": network.read_text(encoding="utf-8") if network.exists() else None,
        "code_version": versions.code_version(),
        "engines": versions.engines(),
        "models": _models(home, candidate / DATABASE, as_of),
    }


def memory_folder(home: Home) -> Path:
    """Where learners keep what they have to remember from one run to the next."""
    return home.models / "learned"


def _models(home: Home, database: Path, as_of: str) -> dict[str, dict[str, Any]]:
    """The version that spoke for each score on this day, with the checksums of its files."""
    with duckdb.connect(str(database), read_only=True) as connection:
        there = "select 1 from duckdb_tables() where schema_name = 'main' and table_name = 'scores'"
        if not connection.execute(there).fetchone():
            return {}
        spoke = connection.execute(
            "select distinct score_name, model_version from main.scores "
            "where as_of_date = cast(? as date) order by all",
            [as_of],
        ).fetchall()
    return {
        score: {"version": version, "files": checksums(home.models / score / version)}
        for score, version in spoke
    }


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of what a model version predicts with."""
    names = ("booster.txt", "model.json")
    return {name: sha256(folder / name) for name in names if (folder / name).exists()}


def link_or_copy(source: Path, target: Path) -> None:
    """The same file in a second place, without its blocks where the file system has links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def _keep_memory(home: Home, candidate: Path) -> None:
    """Copy what learners remember; a file that the last release holds alike is linked instead."""
    source = memory_folder(home)
    standing = home.current.resolve() / MEMORY if home.current.exists() else None
    for path in sorted(source.rglob("*")) if source.exists() else ():
        if path.is_file():
            place = path.relative_to(source)
            target = candidate / MEMORY / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            before = standing / place if standing else None
            if before and before.is_file() and sha256(before) == sha256(path):
                link_or_copy(before, target)
            else:
                _candidate.copy(path, target)
