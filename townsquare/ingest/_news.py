"""What has landed since a build: which dates it is about, and when the export first told of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from townsquare.contract import load_tables
from townsquare.ingest._accounts import read_accounts
from townsquare.ingest._places import day_folder
from townsquare.settings import Home


@dataclass(frozen=True)
class News:
    """Rows of one date, the earliest of which was loaded at `loaded_at`.

    Without an event date they are about no day, only about what is known from then on.
    """

    event_date: date | None
    loaded_at: datetime


def read_news(home: Home, sequence: int) -> list[News]:
    """What the landed files after the one of this number hold."""
    dates = {
        (name, day)
        for account in read_accounts(home)
        if account.sequence > sequence
        for name, table in account.tables.items()
        for day in table.event_dates
    }
    by_day = {name: table.by_day for name, table in load_tables().items()}
    return [
        News(day if by_day[name] else None, min(map(_first_loaded_at, files)))
        for name, day in sorted(dates)
        if (files := list(_landed_after(sequence, home.landing / day_folder(name, day))))
    ]


def _landed_after(sequence: int, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.glob("*.parquet")):
        number = path.name.partition("-")[0]  # a file is named after its batch
        if number.isdigit() and int(number) > sequence:
            yield path


def _first_loaded_at(path: Path) -> datetime:
    """The smallest loaded_at of a file, from its footer where that tells it."""
    footer = pq.read_metadata(path)
    place = footer.schema.names.index("loaded_at")
    told = [footer.row_group(n).column(place).statistics for n in range(footer.num_row_groups)]
    if told and all(one is not None and one.has_min_max for one in told):
        return min(datetime.fromisoformat(str(one.min)) for one in told)
    first: datetime = pc.min(pq.read_table(path, columns=["loaded_at"])["loaded_at"]).as_py()
    return first
