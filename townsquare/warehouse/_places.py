"""The folders and databases that must be there before anything is built."""

from townsquare import frames, learned
from townsquare.settings import Home
from townsquare.sql_text import literal

# Analysts' clients lag behind the server side: every DuckDB since 1.2 reads this version.
STORAGE_VERSION = "v1.2.0"


def prepare(home: Home) -> None:
    """Create the folders and the marts database that dbt attaches; harmless when they exist."""
    import duckdb

    for folder in (home.warehouse.parent, home.inputs, home.scores, home.dbt_target):
        folder.mkdir(parents=True, exist_ok=True)
    frames.prepare(home)
    learned.prepare(home)
    if not home.marts.exists():
        with duckdb.connect() as connection:
            path = literal(home.marts)
            connection.execute(f"attach {path} as marts (storage_version '{STORAGE_VERSION}')")
