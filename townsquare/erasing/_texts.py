"""Takes an id out of files that are no tables: logs, pages, histories, what learners remember."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from townsquare.erasing._person import Person
from townsquare.release import memory_folder
from townsquare.settings import Home
from townsquare.whole import replacing

_TABULAR = {".parquet", ".duckdb"}
_SHORTEST_BY_CHANCE = 6  # fewer bytes stand in some compressed file by chance


def plain_files(root: Path) -> Iterator[Path]:
    """Every file below a folder that is read as bytes, links left out."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix not in _TABULAR:
            yield path


def names(home: Home, path: Path, person: Person) -> bool:
    """Whether the file's bytes, unpacked where they are packed, name the person."""
    data = path.read_bytes()
    if person.user_id.encode() not in data and path.suffix != ".gz":
        return False
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif _is_binary(data) and not _is_told(home, path, person):
        return False
    return bool(person.spans(data))


def _is_binary(data: bytes) -> bool:
    return b"\0" in data[:65536]


def _is_told(home: Home, path: Path, person: Person) -> bool:
    """Whether a binary file that holds these bytes can be believed to mean the person."""
    is_memory = path.is_relative_to(memory_folder(home))
    return is_memory or (person.is_distinct and len(person.user_id) >= _SHORTEST_BY_CHANCE)


def clean(home: Home, path: Path, person: Person) -> None:
    """Take the id out of one file that names the person.

    Logs that a running Airflow writes to keep their size and place. What a learner remembers in a
    form of its own is deleted whole, so that it is learned anew.
    """
    data = path.read_bytes()
    if path.suffix == ".gz":
        _replace(path, gzip.compress(person.masked(gzip.decompress(data)), mtime=0))
    elif path.is_relative_to(home.airflow):
        with path.open("r+b") as file:
            for start, end in person.spans(data):
                file.seek(start)
                file.write(b"*" * (end - start))
    elif not _is_binary(data):
        _replace(
            path,
            person.scrubbed(data.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            ),
        )
    elif path.is_relative_to(memory_folder(home)) or path.parts[-2] == "memory":
        path.unlink()


def _replace(path: Path, data: bytes) -> None:
    with replacing(path, durable=True) as partial:
        partial.write_bytes(data)
        partial.chmod(path.stat().st_mode)
