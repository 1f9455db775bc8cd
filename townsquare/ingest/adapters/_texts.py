"""Reads text files line by line or record by record, and never more than a bounded part of one."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from townsquare.errors import TownsquareError

LONGEST_VALUE = 16 << 20
# Texts come to a tenth or a fiftieth of their size; what unpacks to so much more is an attack.
MOST_TIMES_LARGER = 500
_LARGE = 64 << 20

UNREAD = (UnicodeDecodeError, OSError, EOFError, zlib.error)
"""What reading a text may raise when it is no text, or not whole."""


def bad_archive(archive: Path, what: str) -> TownsquareError:
    """The refusal of a whole archive, which says what is wrong with it."""
    return TownsquareError(
        f"{archive} {what}; nothing of it is landed, get the archive from its source again."
    )


def is_bomb(unpacked: int, packed: int) -> bool:
    """Whether so many bytes unpacked from so few are no honest file's."""
    return unpacked > max(MOST_TIMES_LARGER * packed, _LARGE)


class _Unpacking(gzip.GzipFile):
    """A gzip file that is not read on once it has grown beyond all measure."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._size = path.stat().st_size
        self._n_read = 0

    def read1(self, size: int = -1) -> bytes:
        """As the base class; OSError when what came is far too much for the file's size."""
        block = super().read1(size)
        self._n_read += len(block)
        if is_bomb(self._n_read, self._size):
            raise OSError(f"it unpacks to more than {MOST_TIMES_LARGER} times its own size")
        return block


def open_text(path: Path) -> IO[str]:
    """A file as text, unpacked when it ends in .gz, without its byte-order mark."""
    if path.suffix.lower() == ".gz":
        return io.TextIOWrapper(_Unpacking(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def unreadable(shown: str, error: Exception) -> TownsquareError:
    """The error for a file that is not UTF-8 text, or not whole."""
    why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error})"
    return TownsquareError(f"{shown} {why}; nothing of it is landed, export it again as UTF-8.")


def too_long(shown: str, what: str) -> TownsquareError:
    """The error for a part of a file that is longer than any export's."""
    return TownsquareError(
        f"{shown}, {what} is longer than {LONGEST_VALUE >> 20} MB; nothing of it is landed, "
        "export it again."
    )


def lines(path: Path, shown: str) -> Iterator[tuple[int, str, int]]:
    """The lines of a text file that are not empty, with their numbers and the characters read."""
    done = 0
    try:
        with open_text(path) as file:
            number = 0
            while line := file.readline(LONGEST_VALUE):
                number += 1
                done += len(line)
                if len(line) == LONGEST_VALUE:
                    raise too_long(shown, f"line {number}")
                if not line.isspace():
                    yield number, line, done
    except UNREAD as error:
        raise unreadable(shown, error) from error


class _Records:
    """Hands a file's lines to a CSV reader, and no more of them for one record than is sane."""

    def __init__(self, file: IO[str], shown: str) -> None:
        self._file = file
        self._shown = shown
        self._number = 0
        self.n_of_record = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_VALUE):
            self._number += 1
            self.n_of_record += len(line)
            if self.n_of_record >= LONGEST_VALUE:
                raise too_long(self._shown, f"line {self._number}: a record")
            yield line


def csv_records(path: Path, shown: str) -> Iterator[list[str]]:
    """The records of a CSV file that are not empty, the header first."""
    csv.field_size_limit(LONGEST_VALUE)
    try:
        with open_text(path) as file:
            given = _Records(file, shown)
            # Strict: else a quote that is never closed would swallow the rest of the file.
            reader = csv.reader(given, strict=True)
            for fields in reader:
                given.n_of_record = 0
                if fields:
                    yield fields
    except csv.Error as error:
        raise TownsquareError(
            f"{shown}, line {reader.line_num} is not CSV ({error}); mend the line: quotes inside a "
            "quoted field are doubled."
        ) from error
    except UNREAD as error:
        raise unreadable(shown, error) from error
