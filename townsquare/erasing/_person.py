"""Whom an erasure is about, and how their id is recognised: by value, never by a part of it."""

import re
from dataclasses import dataclass
from functools import cached_property

ERASED = "[erased]"
# An ordinary word or number: in a text it need not mean the person, so texts are left as they are.
_COMMON = re.compile(r"[A-Za-z]+|[0-9]{1,8}")
_WORD = "[A-Za-z0-9_]"
_JOINT = "[.-]"  # between two word characters it belongs to one id: u1 is no part of u1-b


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
        """Whether the id, wherever it stands as a word of its own, can only mean this person."""
        return not self.is_key_elsewhere and _COMMON.fullmatch(self.user_id) is None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The id as a word of its own."""
        first, last = self._edges
        before = rf"(?<!{_WORD})(?<!{_WORD}{_JOINT})" if first else ""
        after = rf"(?!{_WORD})(?!{_JOINT}{_WORD})" if last else ""
        return re.compile(before + re.escape(self.user_id) + after)

    @cached_property
    def bytes_pattern(self) -> re.Pattern[bytes]:
        """The same over a file's bytes."""
        return re.compile(self.pattern.pattern.encode())

    @cached_property
    def sql_pattern(self) -> str:
        """The same for DuckDB, whose expressions cannot look around: groups 1 and 2 are kept."""
        first, last = self._edges
        before = rf"(^|[^A-Za-z0-9_.\-]|(?:^|[^A-Za-z0-9_]){_JOINT})" if first else "()"
        after = rf"($|[^A-Za-z0-9_.\-]|{_JOINT}(?:$|[^A-Za-z0-9_]))" if last else "()"
        return before + re.escape(self.user_id) + after

    @property
    def _edges(self) -> tuple[bool, bool]:
        word = re.compile(_WORD)
        return bool(word.match(self.user_id[0])), bool(word.match(self.user_id[-1]))

    def is_named_in(self, text: str) -> bool:
        """Whether a text names the person."""
        return self.is_distinct and self.pattern.search(text) is not None

    def scrubbed(self, text: str) -> str:
        """The text without the id."""
        return self.pattern.sub(ERASED, text) if self.is_distinct else text

    def masked(self, text: bytes) -> bytes:
        """The bytes with as many others in place of the id, for files that somebody has open."""
        if not self.is_distinct:
            return text
        return self.bytes_pattern.sub(lambda found: b"*" * len(found.group()), text)
