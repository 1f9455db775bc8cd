"""Turns what a machine refuses (no space, no permission, a failing disk) into one sentence."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from townsquare.errors import TownsquareError
from townsquare.settings import Home

# Libraries hand the system's own words on in errors of their own kinds.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FAILING = (errno.EIO,)
_WORDS = {
    _FULL: ("disk is full", *(os.strerror(code).lower() for code in _FULL)),
    _FORBIDDEN: (
        "readonly database",
        "unable to open database file",
        *(os.strerror(code).lower() for code in _FORBIDDEN),
    ),
    _FAILING: tuple(os.strerror(code).lower() for code in _FAILING),
}
_LIBRARIES = {"duckdb", "_duckdb", "pyarrow", "sqlite3", "sqlalchemy", "mlflow", "lightgbm"}


def way_out(home: Home, text: str) -> str | None:
    """What an operator does about an error of the machine; None where it is another's."""
    low = text.lower()
    for kind, words in _WORDS.items():
        if any(word in low for word in words):
            return _sentence(home, kind)
    return None


def _sentence(home: Home, kind: tuple[int, ...]) -> str:
    after = "then clear this task or run again; no release was harmed, and nothing is half done."
    if kind is _FULL:
        return f"The disk or quota of {home.root} is full ({_free(home)}); make room, {after}"
    if kind is _FORBIDDEN:
        return (
            f"{_account()} must be able to write everything in {home.root}; "
            f"give the permission back, {after}"
        )
    return (
        f"The disk of {home.root} fails; mend it, {after} "
        "`townsquare status --verify` names what it has damaged."
    )


def _free(home: Home) -> str:
    place = home.root
    while not place.exists() and place != place.parent:
        place = place.parent
    return f"{shutil.disk_usage(place).free / 1e6:,.0f} MB free"


def _account() -> str:
    return f"The account with the uid {os.getuid()}"


@contextmanager
def told(home: Home) -> Iterator[None]:
    """Within the block an error of the machine becomes a TownsquareError that says the way out."""
    try:
        yield
    except TownsquareError:
        raise
    except Exception as error:
        sentence = way_out(home, str(error)) if _is_of_the_machine(error) else None
        if sentence is None:
            raise
        what = " ".join(str(error).split())
        raise TownsquareError(f"{what[:400]}. {sentence}") from error


def _is_of_the_machine(error: Exception) -> bool:
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in _LIBRARIES
