"""Unpacks chosen files of a .7z by streaming, and believes nothing that the archive says."""

import lzma
import shutil
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import py7zr
from py7zr.exceptions import AbsolutePathError, ArchiveError, PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from townsquare.errors import TownsquareError
from townsquare.ingest.adapters._texts import MOST_TIMES_LARGER, bad_archive, is_bomb

# What py7zr has been seen to raise, or may raise by its source, on an archive that is not whole.
_BROKEN = (
    ArchiveError,
    AbsolutePathError,
    PasswordRequired,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
)
_MARGIN = 256 * 1024 * 1024


@dataclass(frozen=True)
class Member:
    """One file of an archive; `checksum` stands for its content."""

    name: str
    size: int
    checksum: str


class _Writer(Py7zIO):
    """Writes one member to its file, and no byte more than the archive declared."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._written = 0
        self._file = path.open("wb")

    def write(self, s: bytes | bytearray) -> int:
        """Take the next bytes of the member."""
        self._written += len(s)
        if self._written > self._limit:
            raise ArchiveError(f"{self._path.name} is longer than it declares")
        return self._file.write(s)

    def read(self, size: int | None = None) -> bytes:
        """Nothing: what is written is read from the file."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Stay where we are."""
        return self._written

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        self._file.flush()

    def size(self) -> int:
        """Bytes written."""
        return self._written

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class _Writers(WriterFactory):
    """Gives each wanted member a file of our own choosing, so that no name can lead elsewhere."""

    def __init__(self, folder: Path, sizes: dict[str, int]) -> None:
        self._folder = folder
        self._sizes = sizes
        self.made: list[_Writer] = []

    def create(self, filename: str) -> Py7zIO:
        """The writer of a member."""
        name = Path(filename).name
        writer = _Writer(self._folder / name, self._sizes[name])
        self.made.append(writer)
        return writer


def _open(archive: Path) -> py7zr.SevenZipFile:
    opened = py7zr.SevenZipFile(archive)
    if opened.needs_password():
        opened.close()
        raise bad_archive(archive, "is encrypted")
    return opened


def members(archive: Path) -> list[Member]:
    """The files of an archive; refuses names that lead out of it, folders in it and links."""
    try:
        with _open(archive) as opened:
            listed = opened.list()
    except _BROKEN as error:
        raise bad_archive(archive, f"cannot be read as .7z ({error or 'cut short'})") from error
    found: dict[str, Member] = {}
    for info in listed:
        name = info.filename
        if info.is_directory:
            continue
        if (
            info.is_symlink
            or not info.is_file
            or name != Path(name).name
            or name in ("", ".", "..")
            or "\\" in name
        ):
            what = f"holds {name!r}, which is not a plain file in its top folder"
            raise bad_archive(archive, what)
        if name in found:
            raise bad_archive(archive, f"holds {name!r} twice")
        found[name] = Member(name, info.uncompressed, f"{info.crc32 or 0:08x}{info.uncompressed:x}")
    return list(found.values())


def unpack(archive: Path, wanted: Collection[Member], folder: Path) -> None:
    """Write the wanted members into `folder`, if the disk has room for what they declare."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {member.name: member.size for member in wanted}
    if is_bomb(sum(sizes.values()), archive.stat().st_size):
        raise bad_archive(archive, f"unpacks to more than {MOST_TIMES_LARGER} times its own size")
    free = shutil.disk_usage(folder).free
    if sum(sizes.values()) + _MARGIN > free:
        raise TownsquareError(
            f"{archive} declares {sum(sizes.values()) >> 20} MB unpacked, but {folder} has only "
            f"{free >> 20} MB free; free some space or move TOWNSQUARE_HOME to a larger disk."
        )
    writers = _Writers(folder, sizes)
    try:
        with _open(archive) as opened:
            opened.extract(targets=list(sizes), factory=writers)
    except _BROKEN as error:
        raise bad_archive(archive, f"cannot be unpacked ({error or 'cut short'})") from error
    finally:
        for made in writers.made:
            made.close()
