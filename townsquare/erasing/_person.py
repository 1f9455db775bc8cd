"""Whom an erasure is about, and how their id is recognised: by value, never by a part of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import AnyStr

ERASED = "[erased]"
# An ordinary word or number: standing bare in a text it need not mean the person.
_COMMON = re.compile(r"[A-Za-z]+|[0-9]{1,8}")
_WORD = "[A-Za-z0-9_]"
_JOINT = "[.-]"  # between two word characters it belongs to one id: u1 is no part of u1-b
# What says, right before it, that any id is a user's: a mention, an address, a column, a key.
_KIN = "(?:user|author|actor|sender|recipient|member|entity|target|owner)"
_TELLING = (
    rf"(?:^|[^A-Za-z0-9_])@|/users?/|/u/|(?i:{_KIN}_?id(?: in)?)[^A-Za-z0-9_\n]{{1,6}}"
    rf"|[\"'](?i:{_KIN})\\?[\"'][ ]?:[ ]?\\?[\"']"
)
_REACH = 40  # no telling is longer
_BEFORE = re.compile(rf"(?:{_TELLING})\Z")
_BEFORE_BYTES = re.compile(_BEFORE.pattern.encode())


@dataclass(frozen=True)
class Person:
    """One user's id, the ids of what they wrote, and what stands for each where others refer to it.

    The stand-ins are drawn at random and kept nowhere once the erasure is finished.
    """

    user_id: str
    stand_in: str
    contents: dict[str, str]
    is_key_elsewhere: bool = False

    @property
    def is_distinct(self) -> bool:
        """Whether the id, wherever it stands as a word of its own, can only mean this person.

        Any other id means the person in a text where what stands before it says so.
        """
        return not self.is_key_elsewhere and _COMMON.fullmatch(self.user_id) is None

    @property
    def unsearched(self) -> list[str]:
        """Kinds of place in which the id may be left, because it cannot be told from a word."""
        return [] if self.is_distinct else ["texts, logs and pages that hold the id as a bare word"]

    @property
    def mark(self) -> str:
        """What stands in a text where the id stood, and cannot be taken for it."""
        return "[gone]" if self._word.search(ERASED) else ERASED

    @cached_property
    def _word(self) -> re.Pattern[str]:
        first, last = self._edges
        before = rf"(?<!{_WORD})(?<!{_WORD}{_JOINT})" if first else ""
        after = rf"(?!{_WORD})(?!{_JOINT}{_WORD})" if last else ""
        return re.compile(before + re.escape(self.user_id) + after)

    @cached_property
    def sql_pattern(self) -> str:
        """What names the person, for DuckDB, which cannot look around: groups 1 and 2 are kept."""
        first, last = self._edges
        before = rf"(^|[^A-Za-z0-9_.\-]|(?:^|[^A-Za-z0-9_]){_JOINT})" if first else "()"
        after = rf"($|[^A-Za-z0-9_.\-]|{_JOINT}(?:$|[^A-Za-z0-9_]))" if last else "()"
        return (before if self.is_distinct else f"({_TELLING})") + re.escape(self.user_id) + after

    @property
    def _edges(self) -> tuple[bool, bool]:
        word = re.compile(_WORD)
        return bool(word.match(self.user_id[0])), bool(word.match(self.user_id[-1]))

    def spans(self, text: bytes) -> list[tuple[int, int]]:
        """Where the bytes name the person."""
        word = re.compile(self._word.pattern.encode())
        return list(_spans(text, word, None if self.is_distinct else _BEFORE_BYTES))

    def is_named_in(self, text: str) -> bool:
        """Whether a text names the person."""
        return any(_spans(text, self._word, None if self.is_distinct else _BEFORE))

    def scrubbed(self, text: str) -> str:
        """The text without the id where it names the person."""
        found = list(_spans(text, self._word, None if self.is_distinct else _BEFORE))
        for start, end in reversed(found):
            text = text[:start] + self.mark + text[end:]
        return text

    def struck(self, text: str) -> str:
        """A text about the person alone, such as why they are erased, without the id as a word."""
        return self._word.sub(self.mark, text)

    def masked(self, text: bytes) -> bytes:
        """The bytes with as many others in place of the id, for files that somebody has open."""
        clean = bytearray(text)
        for start, end in self.spans(text):
            clean[start:end] = b"*" * (end - start)
        return bytes(clean)


def _spans(
    text: AnyStr, word: re.Pattern[AnyStr], before: re.Pattern[AnyStr] | None
) -> Iterator[tuple[int, int]]:
    last = 0  # where the id goes a word ends, and what follows may tell of the next
    for found in word.finditer(text):
        start, end = found.span()
        if before is None or before.search(text[max(last, start - _REACH) : start]):
            yield start, end
            last = end
