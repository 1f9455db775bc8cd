"""Unpacks the text files of a .zip or .tar.gz by streaming, and believes nothing that they say."""

import lzma
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from townsquare.errors import TownsquareError
from townsquare.ingest.adapters._texts import MOST_TIMES_LARGER, bad_archive, is_bomb

# What the two modules have been seen to raise, or may raise by their source.
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    MemoryError,
)
_BLOCK = 1 << 20
_MARGIN = 256 * 1024 * 1024


@dataclass(frozen=True)
class Unpacked:
    """One file of an archive: its name there, its size, and where it lies now if it was wanted."""

    name: str
    size: int
    path: Path | None


def is_archive(path: Path) -> bool:
    """Whether the name is that of an archive that can be unpacked here."""
    return path.name.lower().endswith((".zip", ".tar.gz", ".tgz", ".tar"))


class _Unpacking:
    """Copies wanted files out of an archive, under names of our own, while all stays in bounds."""

    def __init__(self, archive: Path, is_wanted: Callable[[str], bool], folder: Path) -> None:
        self._archive = archive
        self._is_wanted = is_wanted
        self._folder = folder
        self._size = archive.stat().st_size
        self._declared = 0
        self._names: set[str] = set()

    def _bad(self, what: str) -> TownsquareError:
        return bad_archive(self._archive, what)

    def wants(self, name: str, size: int) -> bool:
        """Whether to copy this file; refuses names that lead out, come again, or bombs."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name:
            raise self._bad(f"holds {name!r}, a name that leads out of it")
        if not self._is_wanted(name):
            return False
        if name in self._names:
            raise self._bad(f"holds {name!r} twice")
        self._names.add(name)
        self._declared += size
        if is_bomb(self._declared, self._size):
            raise self._bad(f"unpacks to more than {MOST_TIMES_LARGER} times its own size")
        return True

    def copy(self, file: IO[bytes], name: str, size: int) -> Unpacked:
        """Write one file, no byte more or less than it declares, if the disk has room."""
        # Of the name only whether the content is packed once more is told by ours.
        end = ".gz" if name.lower().endswith(".gz") else ""
        target = self._folder / f"{len(self._names)}{end}"
        if size + _MARGIN > shutil.disk_usage(self._folder).free:
            raise TownsquareError(
                f"{self._archive} declares {size >> 20} MB for {name!r}, more than {self._folder} "
                "has free; free some space or move TOWNSQUARE_HOME to a larger disk."
            )
        written = 0
        with target.open("wb") as out:
            while block := file.read(_BLOCK):
                written += len(block)
                if written > size:
                    raise bad_archive(
                        self._archive, f"holds {name!r}, which is longer than it declares"
                    )
                out.write(block)
        if written != size:
            raise self._bad(f"holds {name!r}, which is shorter than it declares")
        return Unpacked(_text(name), size, target)

    def from_zip(self) -> Iterator[Unpacked]:
        """Every file of a .zip."""
        with zipfile.ZipFile(self._archive) as opened:
            for info in opened.infolist():
                wanted = self.wants(info.filename, info.file_size)
                if info.is_dir():
                    continue
                if not wanted:
                    yield Unpacked(_text(info.filename), info.file_size, None)
                    continue
                if info.external_attr >> 28 == stat.S_IFLNK >> 12:
                    raise self._bad(f"holds {info.filename!r}, which is a link")
                if info.flag_bits & 1:
                    raise self._bad("is encrypted")
                with opened.open(info) as file:
                    yield self.copy(file, info.filename, info.file_size)

    def from_tar(self) -> Iterator[Unpacked]:
        """Every file of a .tar, packed or not."""
        with tarfile.open(self._archive, "r:*") as opened:
            for info in opened:
                wanted = self.wants(info.name, info.size)
                if info.isdir():
                    continue
                if not wanted:
                    yield Unpacked(_text(info.name), info.size, None)
                    continue
                file = opened.extractfile(info) if info.isreg() else None
                if file is None:
                    raise bad_archive(
                        self._archive, f"holds {info.name!r}, which is a link or a device"
                    )
                with file:
                    yield self.copy(file, info.name, info.size)


def _text(name: str) -> str:
    """The name as text; of one that is none the bytes are written out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def unpack(archive: Path, is_wanted: Callable[[str], bool], folder: Path) -> list[Unpacked]:
    """Write the wanted files into `folder`, and list all."""
    folder.mkdir(parents=True, exist_ok=True)
    unpacking = _Unpacking(archive, is_wanted, folder)
    is_zip = archive.suffix.lower() == ".zip"
    try:
        return list(unpacking.from_zip() if is_zip else unpacking.from_tar())
    except _BROKEN as error:
        raise bad_archive(archive, f"cannot be unpacked ({error or 'cut short'})") from error
