"""Streams the items of a JSON document, holding no more than one at a time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from townsquare.errors import TownsquareError
from townsquare.ingest.adapters._texts import LONGEST_VALUE, UNREAD, open_text, unreadable

_BLOCK = 1 << 20
# Python refuses to read a number of so many digits; as a text it can still be told and judged.
_MOST_DIGITS = 300
# Far above what any network writes, and far below where parsers and printers give up.
_MOST_NESTED = 100
_SPACE = " \t\r\n"
_SPACES = re.compile(f"[{_SPACE}]*")
_AFTER_VALUE = tuple(_SPACE + ",]}:")
_ITEMS = ("orderedItems", "items")


class Value(NamedTuple):
    """A JSON value; `problem` says why it cannot be believed, and `text` is then its source."""

    value: Any
    problem: str | None = None
    text: str = ""


class Decoder:
    """Reads values with Python's decoder, and notices what that one passes over in silence."""

    def __init__(self) -> None:
        self._twice: str | None = None
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_int=self._number)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        told = dict(pairs)
        if len(told) != len(pairs):
            names = [name for name, _ in pairs]
            self._twice = next(name for name in names if names.count(name) > 1)
        return told

    @staticmethod
    def _number(digits: str) -> int | str:
        return int(digits) if len(digits) <= _MOST_DIGITS else digits

    def line(self, text: str) -> Value:
        """The one value of a line; ValueError or RecursionError when it is none."""
        told, end = self.read(text, len(text) - len(text.lstrip()))
        if text[end:].strip():
            raise ValueError("something follows its end")
        return told

    def read(self, text: str, at: int) -> tuple[Value, int]:
        """The value that begins here and where it ends; ValueError when there is no whole one."""
        self._twice = None
        value, end = self._decoder.raw_decode(text, at)
        problem = None
        if self._twice is not None:
            problem = f"{self._twice} is told twice"
        elif text.count("[", at, end) + text.count("{", at, end) > _MOST_NESTED:
            problem = "it is nested too deeply" if _is_deep(value) else None
        return Value(value, problem, text[at:end] if problem else ""), end


def _is_deep(value: Any) -> bool:
    layer = [value]
    for _ in range(_MOST_NESTED):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not layer:
            return False
    return True


class _Scanner:
    """Takes one JSON value after another from a text that is read as it is needed."""

    def __init__(self, file: IO[str], shown: str) -> None:
        self._file = file
        self._shown = shown
        self._decoder = Decoder()
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
            f"{self._shown} is not JSON that can be read: {what} near character {self.done}; "
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
            if space := _SPACES.match(self._text, self._at):
                self._at = space.end()
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

    def value(self) -> Value:
        """The next whole value."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.read(self._text, self._at)
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


def _elements(scanner: _Scanner) -> Iterator[Value]:
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        return
    while True:
        yield scanner.value()
        if scanner.take(",", "]") == "]":
            return


def _object(scanner: _Scanner) -> Iterator[tuple[Value, bool]]:
    rest: dict[str, Any] = {}
    closing = scanner.take("{") and scanner.peek() == "}"
    while not closing:
        if scanner.peek() != '"':
            raise scanner.fail("a key was expected")
        key = scanner.value().value
        scanner.take(":")
        if key in _ITEMS and scanner.peek() == "[":
            rest[key] = []
            for element in _elements(scanner):
                yield element, True
        else:
            told = scanner.value()
            if told.problem is None and key in rest:
                told = Value({key: told.value}, f"{key} is told twice", json.dumps(told.value))
            if told.problem is None:
                rest[key] = told.value
            else:
                yield told, True
        closing = scanner.take(",", "}") == "}"
    if not rest:
        scanner.take("}")
    yield Value(rest), False


def document_items(path: Path, shown: str) -> Iterator[tuple[Value, bool, int]]:
    """The items of a document: each value, whether a collection held it, and the characters read.

    A collection's items come one by one; what else it says comes last, with its items left out.
    `shown` is what an error calls the file: it may lie in an archive.
    """
    try:
        with open_text(path) as file:
            scanner = _Scanner(file, shown)
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
    except UNREAD as error:
        raise unreadable(shown, error) from error
