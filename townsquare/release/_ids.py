"""Release ids: the as_of date and a number that only grows, such as 2025-07-01.2."""

import re
from collections.abc import Iterable
from datetime import date

_FORM = re.compile(r"^\d{4}-\d{2}-\d{2}\.\d+$")


def next_id(as_of: date, used: Iterable[str]) -> str:
    """The first id of this date that was never used."""
    numbers = [order(name)[1] for name in used if is_id(name) and order(name)[0] == str(as_of)]
    return f"{as_of}.{max(numbers, default=0) + 1}"


def is_id(name: str) -> bool:
    """Whether this is the name of a release's folder."""
    return _FORM.match(name) is not None


def order(release_id: str) -> tuple[str, int]:
    """What releases are sorted by: date, then number."""
    day, number = release_id.rsplit(".", 1)
    return day, int(number)
