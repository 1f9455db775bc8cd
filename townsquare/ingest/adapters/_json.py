"""Streams the items of a JSON document or of JSON lines, holding no more than one at a time."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from townsquare.errors import TownsquareError

_BLOCK = 1 << 20
LONGEST_VALUE = 16 * _BLOCK
_SPACE = " \t\r\n"
_AFTER_VALUE = tuple(_SPACE + ",]}:")
_ITEMS = ("orderedItems", "items")


def open_text(path: Path) -> IO[str]:
    """A file as text, unpacked when it ends in .gz, without its byte-order mark."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


class _Scanner:
    """Takes one JSON value after another from a text that is read as it is needed."""

    def __init__(self, file: IO[str], path: Path) -> None:
        self._file = file
        self._path = path
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._is_at_end = False
        self._n_before = 0

    @property
    def done(self) -> int:
        """Characters taken so far."""
        return self._n_before + self._at

    def fail(self, what: str) -> TownsquareError:
        """The error that says what is wrong and where."""
        return TownsquareError(
            f"{self._path} is not JSON that can be read: {what} near character {self.done}; "
            "nothing of it is landed, export it again."
        )

    def _read_on(self) -> None:
        left = len(self._text) - self._at
        if left > LONGEST_VALUE:
            raise self.fail(f"one value is longer than {LONGEST_VALUE >> 20} MB")
        # As much again as there is, so that a long value is not scanned from its start too often.
        block = self._file.read(max(_BLOCK, left))
        self._is_at_end = not block
        self._n_before += self._at
        self._text = self._text[self._at :] + block
        self._at = 0

    def peek(self) -> str:
        """The next character that is not a space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._is_at_end:
                return ""
            self._read_on()

    def take(self, *expected: str) -> str:
        """The next character, which must be one of these."""
        found = self.peek()
        if found not in expected or not found:
            raise self.fail(f"{found!r} where {' or '.join(expected)} was expected")
        self._at += 1
        return found

    def value(self) -> Any:
        """The next whole value."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self.fail("it is nested too deeply") from error
            except ValueError as error:
                if self._is_at_end:
                    raise self.fail(str(error).split(":")[0].lower()) from error
            else:
                # A number that ends where the reading did may go on: 0 may become 0.5.
                if self._is_at_end or self._text[end : end + 1] in _AFTER_VALUE:
                    self._at = end
                    return value
            self._read_on()


def _elements(scanner: _Scanner) -> Iterator[Any]:
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        return
    while True:
        yield scanner.value()
        if scanner.take(",", "]") == "]":
            return


def _object(scanner: _Scanner) -> Iterator[tuple[Any, bool]]:
    rest: dict[str, Any] = {}
    closing = scanner.take("{") and scanner.peek() == "}"
    while not closing:
        if scanner.peek() != '"':
            raise scanner.fail("a key was expected")
        key = scanner.value()
        scanner.take(":")
        if key in _ITEMS and scanner.peek() == "[":
            rest[key] = []
            for element in _elements(scanner):
                yield element, True
        else:
            rest[key] = scanner.value()
        closing = scanner.take(",", "}") == "}"
    if not rest:
        scanner.take("}")
    yield rest, False


def document_items(path: Path) -> Iterator[tuple[Any, bool, int]]:
    """The items of a document: each value, whether a collection held it, and the characters read.

    A collection's items come one by one; what else it says comes last, with its items left out.
    """
    try:
        with open_text(path) as file:
            scanner = _Scanner(file, path)
            first = scanner.peek()
            if first == "[":
                for element in _elements(scanner):
                    yield element, True, scanner.done
            elif first == "{":
                for value, is_item in _object(scanner):
                    yield value, is_item, scanner.done
            else:
                raise scanner.fail("it begins neither with { nor with [")
            if scanner.peek():
                raise scanner.fail("something follows its end")
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise unreadable(path, error) from error


def lines(path: Path) -> Iterator[tuple[int, str, int]]:
    """The lines of a text file that are not empty, with their numbers and the characters read."""
    done = 0
    try:
        with open_text(path) as file:
            number = 0
            while line := file.readline(LONGEST_VALUE):
                number += 1
                done += len(line)
                if len(line) == LONGEST_VALUE:
                    raise TownsquareError(
                        f"{path}, line {number} is longer than {LONGEST_VALUE >> 20} MB; "
                        "nothing of it is landed, export it again."
                    )
                if not line.isspace():
                    yield number, line, done
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> TownsquareError:
    """The error for a file that is not UTF-8 text, or not whole."""
    why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error})"
    return TownsquareError(f"{path} {why}; nothing of it is landed, export it again as UTF-8.")
