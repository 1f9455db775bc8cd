"""How new the data of every source is, beside the day that the release is as of."""

from datetime import date, timedelta
from typing import Any

from control_room import reading
from control_room.reading import Asked
from townsquare.contract import load_tables
from townsquare.rows import Row

_TABLES = "select * from meta.freshness order by table_name"
_FILES = """
    select
        adapter,
        source_file,
        string_agg(distinct table_name, ', ' order by table_name) as tables,
        sum(n_landed) as landed,
        sum(n_quarantined) as quarantined,
        max(landed_at) as landed_at
    from meta.landing
    group by adapter, source_file
    order by landed_at desc, source_file
    limit 50
"""


def facts(asked: Asked) -> dict[str, Any]:
    """Every contract table with the days it lags, and the files that came last."""
    now = reading.current(asked.home)
    last_day = date.fromisoformat(now.manifest["as_of"]) - timedelta(days=1)
    return {
        "release": now,
        "last_day": last_day,
        "tables": [_lagging(row, last_day) for row in now.ask(_TABLES)],
        "files": now.ask(_FILES),
    }


def _lagging(row: Row, last_day: date) -> Row:
    newest = row["newest_event_date"]
    declared = load_tables().get(row["table_name"])
    return {
        **row,
        "is_required": declared is not None and declared.required,
        "days_behind": max((last_day - newest).days, 0) if newest else None,
    }
