"""The simulated network: its exports are contract Parquet already, by table and exported day."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from townsquare.contract import load_tables
from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import Progress, SourceFile, fingerprint_of, plain_files
from townsquare.network import Network
from townsquare.settings import Home

NETWORK = Network()

_PART = re.compile(r"(?P<table>[^/]+)/exported_date=(?P<day>[^/]*)/part\.parquet")


def files(source: Path, workspace: Path) -> Iterator[SourceFile]:
    """Every exported file, by the day on which it was told, then by table."""
    for exported_date, table, path in sorted(_exported(source)):
        yield SourceFile(
            name=path.relative_to(source).as_posix(),
            size=path.stat().st_size,
            fingerprint=fingerprint_of(path),
            parquet=path,
            table=table,
            event_date=exported_date,
        )


def _exported(source: Path) -> Iterator[tuple[date, str, Path]]:
    for name, path in plain_files(source):
        found = _PART.fullmatch(name)
        if found is not None and found["table"] in load_tables():
            try:
                yield date.fromisoformat(found["day"]), found["table"], path
            except ValueError as error:
                raise TownsquareError(
                    f"{path} lies in a folder for the day {found['day']!r}, but a day is written "
                    "YYYY-MM-DD; rename the folder or take it away."
                ) from error


def live_on(home: Home, until: date, progress: Progress | None) -> Path:
    """Simulate up to this date where that has not been done yet."""
    from townsquare.simulate import extend

    extend(home, until, progress)
    return home.exports


def lived_until(home: Home) -> date:
    """The first day that has not been simulated."""
    from townsquare.simulate import read_simulation

    simulation = read_simulation(home)
    if simulation is None:
        raise TownsquareError(
            f"{home.exports} holds no simulation; run `townsquare simulate` first, or import a "
            "network's export."
        )
    return simulation.end
