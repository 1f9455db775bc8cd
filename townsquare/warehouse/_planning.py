"""Decides what a run must build: everything, or the days of which something new is known."""

import hashlib
import json
import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from townsquare import databases, parquet
from townsquare.network import read_network
from townsquare.settings import DBT_PROJECT, Home
from townsquare.warehouse._places import prepare
from townsquare.warehouse._state import State, built_file, read_built, write_plan

if TYPE_CHECKING:
    from townsquare.ingest import News

log = logging.getLogger(__name__)


def plan(home: Home, as_of: date, also: Iterable[date] = ()) -> bool:
    """Write which event dates must be rebuilt as of this date; true when everything must be.

    `also` are dates to rebuild whether or not anything of them has landed since.
    """
    from townsquare.ingest import read_accounts, read_news

    built = read_built(home)
    accounts = read_accounts(home)
    dates: set[date] = set(also)
    news: Sequence[News] = ()
    models = _fingerprint(home)
    why = _why_full(home, as_of, built, models)
    prepare(home)
    if built is not None and why is None:
        news = read_news(home, built["sequence"])
        last = date.fromisoformat(built["as_of"])
        dates.update(last + timedelta(days=n) for n in range((as_of - last).days))
    _write_rebuild_dates(home, dates, news)
    sequence = max((account.sequence for account in accounts), default=0)
    full = why is not None
    planned = {"as_of": as_of.isoformat(), "sequence": sequence, "full": full, "models": models}
    write_plan(home, planned)
    told = f"full build, because {why}" if full else f"{len(dates)} event dates to build"
    log.info("as of %s: %s", as_of, told)
    return full


def _why_full(home: Home, as_of: date, built: State | None, models: str) -> str | None:
    """Why nothing of what was built before can be gone on with, or None."""
    damages = list(databases.damages(home))
    if damages:
        databases.set_aside(home)
        return " ".join(damages).rstrip(".")
    if built is None:
        lost = [path for path in (home.warehouse, home.marts) if not path.exists()]
        if not built_file(home).exists():
            return "nothing was built before"
        databases.set_aside(home)  # a log without its database would be taken for another's
        return f"{' and '.join(map(str, lost))} is lost"
    if as_of < date.fromisoformat(built["as_of"]):
        return f"it lies before {built['as_of']}, the date of the last build"
    return "the models or network.yml have changed" if built.get("models") != models else None


def _write_rebuild_dates(home: Home, dates: Collection[date], news: Sequence["News"]) -> None:
    """Hand dbt the dates to build, and since when something new is known of each (null: always)."""
    import pyarrow as pa

    days = [*sorted(dates), *(one.event_date for one in news)]
    since = [*(None for _ in dates), *(one.loaded_at for one in news)]
    columns = {"event_date": pa.array(days, pa.date32())}
    columns["loaded_at"] = pa.array(since, pa.timestamp("us"))
    parquet.save(pa.table(columns), home.warehouse.parent / "rebuild_dates.parquet")


def _fingerprint(home: Home) -> str:
    """Changes when the SQL of a model or macro does, or what network.yml decides of it."""
    decided = read_network(home).dbt_vars(date.min)
    known = hashlib.sha256(json.dumps(decided, sort_keys=True).encode())
    for path in sorted([*DBT_PROJECT.glob("m*/**/*.sql"), DBT_PROJECT / "dbt_project.yml"]):
        known.update(path.relative_to(DBT_PROJECT).as_posix().encode())
        known.update(path.read_bytes())
    return known.hexdigest()[:16]
