"""Writes files whole, so that a reader finds the old one or the new one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, durable: bool = False) -> Iterator[Path]:
    """Where to write what takes the file's place when the block ends well; it matches no glob.

    With `durable` the new file is on the disk before the old one goes, and so is its name when the
    block ends: a power cut leaves the one or the other whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.partial"):  # by a writer that was killed
        left.unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    yield partial
    if durable:
        sync(partial)
    partial.replace(path)
    if durable:
        sync(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write the file whole, or leave the old one."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
