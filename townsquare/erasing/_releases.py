"""Takes a person out of every kept release and failed candidate, and has the manifests say so."""

from pathlib import Path
from typing import Any

from townsquare import page
from townsquare.erasing import _databases, _texts
from townsquare.erasing._parquet import connect, folders, parquet_files
from townsquare.erasing._person import Person
from townsquare.integrity import sha256
from townsquare.release import all_folders, manifest_of, write_manifest
from townsquare.settings import DATABASE, Home


def clean_releases(home: Home, person: Person, receipt: str) -> int:
    """Clean them one after the other; returns how many were written anew.

    One that does not name the person tells of the erasure all the same, in meta.erasures.
    A reader that has a release open goes on with the file that it has; whoever opens it next gets
    the clean one.
    """
    return sum(_clean(home, folder, person, receipt) for folder in all_folders(home))


def _clean(home: Home, folder: Path, person: Person, receipt: str) -> bool:
    manifest = manifest_of(folder)
    rows: dict[str, int] | None = None
    changed = manifest is not None and _disagrees(folder, manifest)
    for database in sorted(folder.glob("*.duckdb")):
        if _databases.names(database, person):
            rows = _databases.clean(database, person, home)
            changed = True
        elif not _databases.tells_all(database, home):
            _databases.tell(database, home)
            changed = True
    with connect() as connection:
        for parquet in folders(home, connection, person, parquet_files(folder)):
            for path in parquet.naming():
                parquet.clean(path)
                changed = True
    if changed and (folder / page.PAGE).exists():  # it names what people wrote, and some of them
        page.write(folder).chmod(0o444)
    for path in _texts.plain_files(folder):
        if _texts.names(home, path, person):
            _texts.clean(home, path, person)
            changed = True
    if changed and manifest is not None:
        write_manifest(folder, _after(folder, manifest, rows, receipt))
    return changed


def _disagrees(folder: Path, manifest: dict[str, Any]) -> bool:
    """Whether a run that was killed here has left a file that the manifest does not know."""
    return any(
        not (folder / name).exists() or sha256(folder / name) != told["sha256"]
        for name, told in manifest["files"].items()
    )


def _after(
    folder: Path,
    manifest: dict[str, Any],
    rows: dict[str, int] | None,
    receipt: str,
) -> dict[str, Any]:
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if not path.name.startswith((".", "manifest.json")):
            name = path.relative_to(folder).as_posix()
            files[name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    relations = manifest["relations"]
    if rows is None:
        database = folder / DATABASE
        rows = _databases.relation_rows(database) if database.exists() else {}
    return {
        **manifest,
        "relations": {name: {**relations.get(name, {}), "rows": n} for name, n in rows.items()},
        "erasures": sorted({*manifest.get("erasures", []), receipt}),
        "files": files,
    }
