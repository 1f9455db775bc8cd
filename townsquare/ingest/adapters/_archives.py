"""Unpacks the text files of a .zip or .tar.gz by streaming, and believes nothing that they say."""

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from townsquare.errors import TownsquareError

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


def _refuse(archive: Path, what: str) -> TownsquareError:
    return TownsquareError(
        f"{archive} {what}; nothing of it is landed, get the archive from its source again."
    )


def _copy(archive: Path, file: IO[bytes], name: str, size: int, target: Path) -> None:
    if size + _MARGIN > shutil.disk_usage(target.parent).free:
        raise TownsquareError(
            f"{archive} declares {size >> 20} MB for {name!r}, more than {target.parent} has free; "
            "free some space or move TOWNSQUARE_HOME to a larger disk."
        )
    written = 0
    with target.open("wb") as out:
        while block := file.read(_BLOCK):
            written += len(block)
            if written > size:
                raise _refuse(archive, f"holds {name!r}, which is longer than it declares")
            out.write(block)
    if written != size:
        raise _refuse(archive, f"holds {name!r}, which is shorter than it declares")


def _check_name(archive: Path, name: str) -> None:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name:
        raise _refuse(archive, f"holds {name!r}, a name that leads out of it")


def _target(folder: Path, number: int, name: str) -> Path:
    """A name of our own; only whether the content is packed once more is told by it."""
    return folder / (f"{number}.gz" if name.lower().endswith(".gz") else str(number))


def _from_zip(archive: Path, is_wanted: Callable[[str], bool], folder: Path) -> Iterator[Unpacked]:
    with zipfile.ZipFile(archive) as opened:
        for number, info in enumerate(opened.infolist()):
            _check_name(archive, info.filename)
            if info.is_dir():
                continue
            target = _target(folder, number, info.filename)
            if not is_wanted(info.filename):
                yield Unpacked(info.filename, info.file_size, None)
                continue
            if info.external_attr >> 28 == 0xA:
                raise _refuse(archive, f"holds {info.filename!r}, which is a link")
            if info.flag_bits & 1:
                raise _refuse(archive, "is encrypted")
            with opened.open(info) as file:
                _copy(archive, file, info.filename, info.file_size, target)
            yield Unpacked(info.filename, info.file_size, target)


def _from_tar(archive: Path, is_wanted: Callable[[str], bool], folder: Path) -> Iterator[Unpacked]:
    with tarfile.open(archive, "r:*") as opened:
        for number, info in enumerate(opened):
            _check_name(archive, info.name)
            if info.isdir():
                continue
            if not is_wanted(info.name):
                yield Unpacked(info.name, info.size, None)
                continue
            file = opened.extractfile(info) if info.isreg() else None
            if file is None:
                raise _refuse(archive, f"holds {info.name!r}, which is a link or a device")
            target = _target(folder, number, info.name)
            with file:
                _copy(archive, file, info.name, info.size, target)
            yield Unpacked(info.name, info.size, target)


def unpack(archive: Path, is_wanted: Callable[[str], bool], folder: Path) -> list[Unpacked]:
    """Write the wanted files into `folder` under names of our own, and list all."""
    folder.mkdir(parents=True, exist_ok=True)
    unpacking = _from_zip if archive.suffix.lower() == ".zip" else _from_tar
    try:
        return list(unpacking(archive, is_wanted, folder))
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise _refuse(archive, f"cannot be unpacked ({error or 'cut short'})") from error
