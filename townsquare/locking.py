"""One writer per home: a lock that the operating system frees when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from townsquare import faults
from townsquare.errors import TownsquareError
from townsquare.settings import Home


@contextmanager
def writer(home: Home, doing: str) -> Iterator[None]:
    """Hold the home's writer lock; TownsquareError says who holds it when another process does."""
    with _held(home, home.lock, doing, f"{home.root} is being written by"):
        yield


@contextmanager
def replaying(home: Home, doing: str) -> Iterator[None]:
    """Hold the scratch of replays: one replay at a time, and none while a person is erased."""
    with _held(home, home.replays / ".lock", doing, f"{home.replays} is in use by"):
        yield


@contextmanager
def airflow(home: Home, doing: str) -> Iterator[None]:
    """Hold the home's Airflow, whose database bears one scheduler only."""
    home.airflow.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = f"Airflow of {home.root} is started and stopped by"
    with _held(home, home.airflow / ".lock", doing, said, _SHARE):
        yield


_WAIT = "wait until it ends, or stop it if it is yours, and try again."
_SHARE = "wait until it ends, or keep one up with `townsquare up`, which every run shares."


@contextmanager
def _held(home: Home, path: Path, doing: str, said: str, way_out: str = _WAIT) -> Iterator[None]:
    with faults.told(home):
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("a+", encoding="utf-8")
    with opened as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held.seek(0)
            holder = held.read().strip() or "another process"
            raise TownsquareError(f"{said} {holder}; {way_out}") from error
        held.truncate(0)
        held.write(f"process {os.getpid()} ({doing})")
        held.flush()
        try:
            yield
        finally:
            held.truncate(0)
