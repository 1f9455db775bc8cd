"""What is wrong with a declaration that somebody wrote, in the words of what checks it."""

from typing import NamedTuple

from pydantic import ValidationError


class Mistake(NamedTuple):
    """Where it is, with dots between the levels; the value that stands there; what is wrong."""

    where: str
    value: object
    message: str


def first_mistake(error: ValidationError, whole: str = "the file") -> Mistake:
    """The first of an error's mistakes; `whole` is what the declaration itself is called."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or whole
    return Mistake(where, first.get("input"), first["msg"].removeprefix("Value error, "))
