"""Writes dbt's documentation of a release as one page that stands alone.

It is what `dbt docs generate --static` makes, put together from what the build left behind: the
manifest that it wrote, and a catalogue read from the release itself. No second dbt runs.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from townsquare.settings import PROJECT_ROOT, Home
from townsquare.whole import write_text

PAGE = Path("dbt_docs") / "index.html"
# Where dbt's page expects its two documents; see dbt.task.docs.generate.
_PLACES = {"manifest": '"MANIFEST.JSON INLINE DATA"', "catalog": '"CATALOG.JSON INLINE DATA"'}
_COLUMNS = """
    select
        columns.table_name,
        columns.column_name,
        columns.data_type,
        columns.comment,
        columns.column_index,
        tables.estimated_size
    from duckdb_columns() as columns
    inner join duckdb_tables() as tables using (table_name, schema_name)
    where columns.schema_name = 'main'
    order by columns.table_name, columns.column_index
"""
# dbt's page asks for a picture that it does not hold, and draws its icons before it knows which.
_MENDED = {
    "${require('./assets/favicons/favicon.ico')}": "data:,",
    'xlink:href="{{': 'ng-attr-href="{{',
}


def write(home: Home, release: Path, database: Path) -> None:
    """Write the page into a release's folder; nothing where the build left no manifest."""
    manifest_file = home.dbt_target / "published" / "manifest.json"
    if not manifest_file.exists():
        return
    manifest = json.loads(_without_paths(home, manifest_file.read_text(encoding="utf-8")))
    manifest["metadata"] |= {"user_id": None, "send_anonymous_usage_stats": False}
    told = {"manifest": manifest, "catalog": _catalog(manifest, database)}
    page = _empty_page()
    for broken, mended in _MENDED.items():
        page = page.replace(broken, mended)
    for name, place in _PLACES.items():
        page = page.replace(place, _inside_script(told[name]))
    write_text(release / PAGE, page)


def _empty_page() -> str:
    """dbt's page before its data; the place is asked for, because dbt takes seconds to import."""
    spec = find_spec("dbt")
    assert spec is not None and spec.submodule_search_locations is not None
    folder = Path(next(iter(spec.submodule_search_locations)))
    return (folder / "task" / "docs" / "index.html").read_text(encoding="utf-8")


def _inside_script(told: object) -> str:
    """JSON that can stand within a script: no text in it can end the script."""
    return json.dumps(told).replace("<", "\\u003c")


def _without_paths(home: Home, manifest: str) -> str:
    """The manifest without the places of the machine that built it."""
    for path, word in ((home.root, "TOWNSQUARE_HOME"), (PROJECT_ROOT, ".")):
        manifest = manifest.replace(json.dumps(str(path))[1:-1], word)
    return manifest


def _catalog(manifest: dict[str, Any], database: Path) -> dict[str, Any]:
    """Columns and rows of every model that the release holds, in the shape of catalog.json."""
    ours = {
        node["name"]: key for key, node in manifest["nodes"].items() if key.startswith("model.")
    }
    found: dict[str, dict[str, Any]] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for table, column, kind, comment, index, rows in connection.execute(_COLUMNS).fetchall():
            if table not in ours:
                continue
            node = found.setdefault(ours[table], _table(ours[table], table, rows))
            told = {"type": kind, "index": index, "name": column, "comment": comment}
            node["columns"][column] = told
    metadata = manifest["metadata"]
    return {"metadata": metadata, "nodes": found, "sources": {}, "errors": None}


def _table(key: str, name: str, rows: int) -> dict[str, Any]:
    place = {"type": "BASE TABLE", "schema": "main", "name": name, "comment": None, "owner": None}
    counted = {"id": "num_rows", "label": "Rows", "value": rows, "include": True}
    stats = {
        "has_stats": {"id": "has_stats", "label": "Has Stats?", "value": True, "include": False},
        "num_rows": {**counted, "description": "Rows of the relation in this release."},
    }
    return {"metadata": place, "columns": {}, "stats": stats, "unique_id": key}
