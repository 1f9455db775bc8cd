"""How a word of the command takes a date."""

from datetime import date

from townsquare.errors import TownsquareError


def as_day(text: str, option: str) -> date:
    """The date that an option was given; a sentence where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise TownsquareError(
            f"{option} is {text!r}, but must be a date like 2025-06-30."
        ) from error
