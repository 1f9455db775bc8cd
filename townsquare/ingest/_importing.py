"""Imports an export into a home, and lands what a network's source has grown by since."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.ingest._accounts import Account, read_accounts
from townsquare.ingest._batch import Batch
from townsquare.ingest._keys import prepare_keys
from townsquare.ingest._parquet import parquet_rows
from townsquare.ingest._places import partial_folder, prepare
from townsquare.ingest.adapters import Adapter, Progress, SourceFile, load_adapter
from townsquare.locking import writer
from townsquare.network import Network, read_network, write_network
from townsquare.settings import Home

# Files are landed together up to this size: one large file, or many small ones of a long history.
_BATCH_BYTES = 64 * 1024 * 1024
_BATCH_FILES = 4096
_DAY = timedelta(days=1)


def _is_living(adapter: Adapter) -> bool:
    return hasattr(adapter, "live_on")


def _latest(adapter: Adapter, home: Home, now: datetime) -> datetime:
    """The time after which an event cannot have happened yet, a day of wrong clocks allowed."""
    if _is_living(adapter):
        return datetime(now.year + 100, 1, 1)  # a simulated network has its own calendar
    return now + _DAY


def _network_of(adapter: Adapter, source: Path) -> Network:
    """What network.yml says after the first import, by the name that the export gives it."""
    name = adapter.network_name(source) if hasattr(adapter, "network_name") else None
    return adapter.NETWORK.model_copy(update={"name": name}) if name else adapter.NETWORK


@contextmanager
def _possessed(home: Home, name: str, network: Network) -> Iterator[Path]:
    """Make the home this adapter's, or refuse when it holds another network's data.

    Gives the folder for what is unpacked. What is refused leaves neither that nor a claim.
    """
    others = sorted({a.adapter for a in read_accounts(home)} - {name})
    if not others and home.network_file.exists():
        others = sorted({read_network(home).adapter} - {name})
    if others:
        raise TownsquareError(
            f"{home.root} holds a network of the adapter {others[0]!r}, and one home holds one "
            f"network; set TOWNSQUARE_HOME to another folder to import {name!r}."
        )
    is_first = not home.network_file.exists()
    if is_first:
        write_network(home, network)
    try:
        yield partial_folder(home) / "unpacked"
    except BaseException:
        prepare(home)
        if is_first and not read_accounts(home):
            home.network_file.unlink(missing_ok=True)
        raise


class _Import:
    """Lands files one after another, in batches, each sealed before the next is begun."""

    def __init__(self, home: Home, name: str, adapter: Adapter, progress: Progress | None) -> None:
        self._home = home
        self._name = name
        self._now = datetime.now(UTC).replace(tzinfo=None)
        self._latest = _latest(adapter, home, self._now)
        self._progress = progress
        self._done: list[Account] = []
        prepare_keys(home)
        self._next = max((a.sequence for a in read_accounts(home)), default=0) + 1

    def run(self, files: Iterable[SourceFile]) -> list[Account]:
        """Land the files; what was sealed stays when a later one cannot be read."""
        batch = self._begin()
        try:
            for n_files, file in enumerate(files, start=1):
                self._take(batch, file)
                if batch.size >= _BATCH_BYTES or n_files % _BATCH_FILES == 0:
                    self._seal(batch)
                    batch = self._begin()
            self._seal(batch)
        except BaseException:
            batch.abandon()
            raise
        return self._done

    def _begin(self) -> Batch:
        return Batch(self._home, self._name, self._next, self._now)

    def _seal(self, batch: Batch) -> None:
        self._done += batch.close(self._latest)
        self._next = batch.sequence

    def _take(self, batch: Batch, file: SourceFile) -> None:
        batch.open_file(file)
        if file.not_imported is not None:
            return
        for rows in parquet_rows(file) if file.parquet else (file.rows or _nothing)():
            batch.add(rows, self._latest)
            if self._progress is not None:
                # One bar for a folder, however many files it has.
                self._progress(f"landing {file.name.split('/')[0]}", rows.progress, file.size)


def _nothing() -> tuple[()]:
    return ()


def import_source(
    home: Home, adapter: str, source: Path, progress: Progress | None = None
) -> list[Account]:
    """Land everything under `source`; the same again is only duplicates."""
    loaded = load_adapter(adapter)
    if not source.exists():
        raise TownsquareError(f"{source} does not exist; give the path of the export to import.")
    if not (source.is_dir() or source.is_file()):
        raise TownsquareError(
            f"{source} is neither a file nor a folder; give the path of the export to import."
        )
    if home.root.resolve().is_relative_to(source.resolve()):
        raise TownsquareError(
            f"{source} holds the home {home.root} itself; put the export into a folder of its own."
        )
    with writer(home, f"import {adapter}"):
        prepare(home)
        with _possessed(home, adapter, _network_of(loaded, source)) as workspace:
            files = loaded.files(source, workspace)
            accounts = _Import(home, adapter, loaded, progress).run(files)
            if not accounts:
                raise TownsquareError(
                    f"{source} holds nothing that the adapter {adapter!r} knows; see the "
                    "operator's guide for the files that it reads."
                )
        prepare(home)
    return accounts


def land(
    home: Home, network: Network, as_of: date, progress: Progress | None = None
) -> list[Account]:
    """Land what the network's source tells of the time before `as_of` and is not landed yet."""
    adapter = load_adapter(network.adapter)
    source = network.source
    with writer(home, "land"):
        if hasattr(adapter, "live_on"):
            source = adapter.live_on(home, as_of, progress)
        prepare(home)
        if source is None:
            return []
        if not source.exists():
            raise TownsquareError(
                f"{source}, the source in {home.network_file}, does not exist; mend the line "
                "`source` or remove it when there is nothing more to land."
            )
        with _possessed(home, network.adapter, network) as workspace:
            seen = {(a.source_file, a.fingerprint) for a in read_accounts(home)}
            files = (
                file
                for file in adapter.files(source, workspace)
                if (file.event_date is None or file.event_date < as_of)
                and (file.name, file.fingerprint) not in seen
            )
            accounts = _Import(home, network.adapter, adapter, progress).run(files)
        prepare(home)
    return accounts


def next_as_of(home: Home, network: Network, last: date | None) -> date:
    """The `as_of` of a run that names none, never before `last`."""
    adapter = load_adapter(network.adapter)
    if hasattr(adapter, "lived_until"):
        until: date = adapter.lived_until(home)
        return until if last is None or until > last else last + _DAY
    days = [day for a in read_accounts(home) for t in a.tables.values() for day in t.event_dates]
    if not days:
        raise TownsquareError(
            f"{home.root} holds no landed rows; import an export first: "
            f"townsquare import {network.adapter} PATH."
        )
    return max(max(days) + _DAY, last or date.min)
