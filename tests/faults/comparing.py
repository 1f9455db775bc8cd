"""Whether two releases tell an analyst the same, relation by relation."""

import duckdb

from townsquare.settings import Home


def differences(one: Home, other: Home) -> dict[str, int]:
    """By relation of the current releases, how many rows only one of them has; -1: it is missing.

    The schema `meta` is left out: it tells what happened, and that differs.
    """
    with duckdb.connect() as connection:
        for name, home in (("one", one), ("other", other)):
            path = home.current.resolve() / "townsquare.duckdb"
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = {name: _tables(connection, name) for name in ("one", "other")}
        assert len(tables["one"]) > 10
        found = {table: -1 for table in tables["one"] ^ tables["other"]}
        for table in sorted(tables["one"] & tables["other"]):
            for here, there in (("one", "other"), ("other", "one")):
                query = (
                    f"select count(*) from (from {here}.{table} except all from {there}.{table})"
                )
                ((n_rows,),) = connection.execute(query).fetchall()
                if n_rows:
                    found[table] = found.get(table, 0) + n_rows
    return found


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    query = (
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'main'"
    )
    return {name for (name,) in connection.execute(query, [database]).fetchall()}
