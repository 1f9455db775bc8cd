"""The rows that broke the contract, by reason, and what some of them look like."""

from typing import Any

from control_room.reading import Asked
from townsquare import ingest
from townsquare.rows import Row, rows_of
from townsquare.settings import Home

_EXAMPLES = 5
_ROWS = """
    select source_file, row_number, row, landed_at
    from read_parquet(?)
    where reason = ?
    order by landed_at desc, source_file, row_number
    limit ?
"""


def facts(asked: Asked) -> dict[str, Any]:
    """Rows by table and reason, the most frequent first; examples of the one that was chosen."""
    table, reason = asked.words.get("table"), asked.words.get("reason")
    counted = _counted(asked.home)
    known = {(row["table"], row["reason"]) for row in counted}
    chosen = table is not None and reason is not None and (table, reason) in known
    return {
        "reasons": counted,
        "n_rows": sum(row["rows"] for row in counted),
        "table": table if chosen else None,
        "reason": reason if chosen else None,
        "examples": _examples(asked.home, str(table), str(reason)) if chosen else [],
    }


def _counted(home: Home) -> list[Row]:
    found: dict[tuple[str, str], Row] = {}
    for account in ingest.read_accounts(home):
        for name, table in account.tables.items():
            for reason, count in (table.reasons or {}).items():
                row = found.setdefault(
                    (name, reason),
                    {"table": name, "reason": reason, "rows": 0, "files": set(), "last": None},
                )
                row["rows"] += count
                row["files"].add(account.source_file)
                row["last"] = max(row["last"] or account.landed_at, account.landed_at)
    return sorted(found.values(), key=lambda row: -row["rows"])


def _examples(home: Home, table: str, reason: str) -> list[Row]:
    import duckdb

    files = [str(path) for path in sorted((home.rejected / table).glob("*.parquet"))]
    if not files:
        return []
    with duckdb.connect() as connection:
        return rows_of(connection, _ROWS, [files, reason, _EXAMPLES])
