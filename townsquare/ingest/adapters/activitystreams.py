"""Reads ActivityStreams 2.0 JSON: a Mastodon export, or any outbox, collection or activities."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import Rows, SourceFile, fingerprint_of, plain_files
from townsquare.ingest.adapters._activities import Told, mapped, quarantined
from townsquare.ingest.adapters._archives import Unpacked, is_archive, unpack
from townsquare.ingest.adapters._columns import Columns
from townsquare.ingest.adapters._json import Decoder, Value, document_items
from townsquare.ingest.adapters._texts import csv_records, lines
from townsquare.network import FirstContribution, Network

NETWORK = Network(
    name="fediverse", adapter="activitystreams", schedule=None, conversion=FirstContribution()
)

_ITEMS = ("orderedItems", "items")
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_DOCUMENTS = (".json", ".activity", ".jsonld", ".json.gz")
# What Mastodon exports as a list of accounts or links, without the time of any.
_LISTS = {
    "following_accounts.csv": ("relations", "follow"),
    "blocked_accounts.csv": ("relations", "block"),
    "muted_accounts.csv": ("relations", "mute"),
}
_UNTIMED = {"likes": ("interactions", "like"), "bookmarks": ("interactions", "save")}


def _is_read(name: str) -> bool:
    return name.lower().endswith((*_LINES, *_DOCUMENTS)) or PurePosixPath(name).name in _LISTS


def files(source: Path, workspace: Path) -> Iterator[SourceFile]:
    """The files of an export: actors, outbox and lists; what lies beside them is not imported."""
    if source.is_dir():
        found = [Unpacked(name, path.stat().st_size, path) for name, path in plain_files(source)]
    elif is_archive(source):
        found = unpack(source, _is_read, workspace)
    elif _is_read(source.name):
        found = [Unpacked(source.name, source.stat().st_size, source)]
    else:
        raise TownsquareError(
            f"{source} is neither a folder nor a .zip, .tar.gz, .json or .jsonl; give one of these."
        )
    read = [file for file in found if _is_read(file.name)]
    for file in sorted(read, key=lambda f: f.name):
        path = file.path
        if path is not None:
            inside = f"{source}, {file.name}" if is_archive(source) else str(path)
            rows = partial(_rows, file.name, path, inside)
            yield SourceFile(file.name, file.size, fingerprint_of(path), rows=rows)
    yield from _not_imported(file for file in found if not _is_read(file.name))


def _not_imported(left: Iterable[Unpacked]) -> Iterator[SourceFile]:
    """One entry per folder: an export has thousands of media."""
    folders: dict[str, list[Unpacked]] = defaultdict(list)
    for file in left:
        parts = PurePosixPath(file.name).parts
        folders[parts[0] + "/" if len(parts) > 1 else file.name].append(file)
    for name, inside in sorted(folders.items()):
        names = "\n".join(sorted(f"{file.name} {file.size}" for file in inside))
        why = f"no activities, {len(inside):,} files; contents refer to media by media_path"
        yield SourceFile(
            name,
            sum(file.size for file in inside),
            hashlib.blake2b(names.encode("utf-8", "replace"), digest_size=16).hexdigest(),
            not_imported=why if name.endswith("/") else "it is not ActivityStreams JSON",
        )


def _rows(name: str, path: Path, shown: str) -> Iterator[Rows]:
    columns: dict[str, Columns] = {}
    done = 0
    for number, (told, done) in enumerate(_told(name, path, shown), start=1):
        for table, row in told:
            taken = columns.get(table) or columns.setdefault(table, Columns(table))
            taken.add(number, row)
            if taken.is_full():
                yield from taken.take(done)
    for taken in columns.values():
        yield from taken.take(done)


def _told(name: str, path: Path, shown: str) -> Iterator[tuple[Iterable[Told], int]]:
    """What each item of a file tells, with the characters read so far."""
    base = PurePosixPath(name).name
    if base in _LISTS:
        yield from _listed(path, shown, *_LISTS[base])
    elif base.lower().endswith(_LINES):
        decoder = Decoder()
        for _, line, done in lines(path, shown):
            yield _line(decoder, line), done
    else:
        untimed = _UNTIMED.get(base.split(".")[0])
        for item, is_item, done in document_items(path, shown):
            yield _item(item, untimed) if is_item else _document(item.value), done


def _listed(path: Path, shown: str, table: str, verb: str) -> Iterator[tuple[list[Told], int]]:
    records = csv_records(path, shown)
    header = next(records, [])
    for fields in records:
        row = dict(zip_longest(header, fields)) if len(fields) <= len(header) else fields
        yield [_without_time(table, row, verb)], 0


def _without_time(table: str, value: Any, verb: str) -> Told:
    return quarantined(table, value, f"the export does not say when this {verb} was")


def _line(decoder: Decoder, line: str) -> Iterable[Told]:
    try:
        item = decoder.line(line)
    except (ValueError, RecursionError):
        return [quarantined("contents", line.strip(), "the line is not JSON")]
    return _item(item, None)


def _item(item: Value, untimed: tuple[str, str] | None) -> Iterable[Told]:
    if item.problem is not None:
        return [quarantined("contents", item.text, item.problem)]
    if isinstance(item.value, str) and untimed is not None:
        table, verb = untimed
        return [_without_time(table, item.value, verb)]
    return mapped(item.value)


def _document(value: Any) -> Iterator[Told]:
    """What a document says besides its items: itself, if it is no collection, and inline pages."""
    pages = [value.get(key) for key in ("first", "last", "current")]
    inline = [page for page in pages if isinstance(page, dict)]
    held = [page[key] for page in inline for key in _ITEMS if isinstance(page.get(key), list)]
    for item in chain.from_iterable(held):
        yield from mapped(item)
    is_collection = "Collection" in str(value.get("type", value.get("@type")))
    is_elsewhere = value.get("totalItems") or any(isinstance(page, str) for page in pages)
    if not is_collection:
        yield from mapped(value)
    elif not held and not any(key in value for key in _ITEMS) and is_elsewhere:
        yield quarantined("contents", value, "a collection that does not hold its items")
