"""What a source adapter is: a module of this folder that tells an export in contract rows."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path, PurePath
from pkgutil import iter_modules
from typing import Protocol, cast

import pyarrow as pa

from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import Home

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is (0: not known)."""


@dataclass(frozen=True)
class Rows:
    """Rows of one contract table, as loosely typed as the source has them.

    Columns: `row_number` (int64, from 1, as the source counts), then any of the table's columns,
    each a string or of the contract's own Arrow type; a missing column is null. Two more are
    understood: `problem` (string: why this row cannot be a contract row, else null) and `original`
    (string: the source's row as JSON, kept in quarantine).
    """

    table: str
    rows: pa.RecordBatch
    progress: int = 0


@dataclass(frozen=True)
class SourceFile:
    """One file of an export, read by streaming `rows()`, or straight from `parquet` of one table.

    Parquet is for files that hold contract columns already: DuckDB reads them where they lie, many
    in one pass. `not_imported` says why a file has no place in the contract.
    """

    name: str
    size: int
    fingerprint: str
    rows: Callable[[], Iterator[Rows]] | None = None
    parquet: Path | None = None
    table: str | None = None
    tables: tuple[str, ...] = field(default=())
    event_date: date | None = None
    not_imported: str | None = None


class Adapter(Protocol):
    """The surface of an adapter module; `NETWORK` is written to network.yml by the first import."""

    NETWORK: Network

    def files(self, source: Path, workspace: Path) -> Iterator[SourceFile]:
        """The files of an export in the order to land them; `workspace` takes what is unpacked."""


class NamingAdapter(Adapter, Protocol):
    """An adapter whose exports are called by the network that they come from."""

    def network_name(self, source: Path) -> str | None:
        """The network's name, where the export's own tells it."""


class LivingAdapter(Adapter, Protocol):
    """An adapter whose network lives inside the home and moves on when a run asks for more days."""

    def live_on(self, home: Home, until: date, progress: Progress | None) -> Path:
        """Make the export reach up to (excluding) `until` and give its folder."""

    def lived_until(self, home: Home) -> date:
        """The date that the export reaches up to, excluding it."""


def adapter_names() -> tuple[str, ...]:
    """Every adapter, sorted; one file of this folder is one adapter."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_")))


def load_adapter(name: str) -> Adapter:
    """The adapter of this name."""
    if name not in adapter_names():
        raise TownsquareError(
            f"There is no adapter {name!r}; there are {', '.join(adapter_names())}."
        )
    return cast(Adapter, import_module(f"{__name__}.{name}"))


def name_of(path: PurePath) -> str:
    """A path as text; of a name that is none the bytes are written out."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def plain_files(source: Path) -> list[tuple[str, Path]]:
    """Every file below a folder with its name there, sorted; or the one file that `source` is.

    A link may lead anywhere, and a pipe never ends: TownsquareError for what is no plain file.
    """
    if not source.is_dir():
        return [(name_of(PurePath(source.name)), source)]
    found: list[tuple[str, Path]] = []
    for path in source.rglob("*"):
        if path.is_symlink():
            raise TownsquareError(
                f"{path} is a link, which may lead anywhere; put what it leads to in its place."
            )
        if path.is_file():
            found.append((name_of(path.relative_to(source)), path))
        elif not path.is_dir():
            raise TownsquareError(
                f"{path} is neither a file nor a folder; take it out of the export."
            )
    return sorted(found)


def fingerprint_of(path: Path) -> str:
    """What tells one content of a file from another."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise TownsquareError(
            f"{path} cannot be read ({error.strerror}); mend that and import again."
        ) from error
