"""The one error that a person is meant to read: what is wrong, where, and the way out."""

import re

_BREAK = re.compile(r"\s*[\r\n]+\s*")
# What a terminal would obey instead of showing; a name or a value from outside may hold it.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """A text on one line, with what would not be shown as a letter written out."""
    return _UNSHOWN.sub(lambda found: repr(found[0])[1:-1], _BREAK.sub(" ", text))


class TownsquareError(Exception):
    """One sentence for the operator; the command line prints it and exits with 1."""

    def __init__(self, sentence: str) -> None:
        super().__init__(shown(sentence).strip())
