"""Small valid exports of every source, and the ways in which bytes come to be damaged."""

import gzip
import json
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from damaged import (
    activities,
    activity_archives,
    csv_files,
    dump_archives,
    dump_xml,
    json_lines,
    parquet_files,
)
from hypothesis import strategies as st

Files = dict[str, bytes]
_AT = "2024-01-01T08:00:00Z"


def _acts(folder: Path) -> Path:
    told = [{**activities.LIKE, "id": f"l{i}", "object": f"n{i % 3}"} for i in range(8)]
    return activities.outbox(folder, *told, activities.NOTE)


def _act_lines(folder: Path) -> Path:
    told = [{**activities.LIKE, "id": f"l{i}"} for i in range(8)]
    (folder / "acts.jsonl").write_text("\n".join(map(json.dumps, [*told, activities.NOTE])))
    return folder


def _users(folder: Path) -> Path:
    rows = [{**json_lines.USER, "user_id": f"u{i}", "country": "DE"} for i in range(8)]
    json_lines.lines(folder, *rows)
    return folder


def _csv(folder: Path) -> Path:
    rows = "".join(f'u{i},2024-01-01,"Ann, {i}"\n' for i in range(8))
    return csv_files.table(folder, csv_files.HEADER + rows)


def _packed_csv(folder: Path) -> Path:
    plain = _csv(folder) / "users.csv"
    (folder / "users.csv.gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    plain.unlink()
    return folder


def _dump(folder: Path) -> Path:
    row = dump_xml.AT
    posts = f'<row Id="1" PostTypeId="1" {row} Title="t" Tags="&lt;a&gt;" />'
    return dump_xml.dump(folder, Posts=dump_xml.document("posts", posts))


# Adapter, the file or folder to import, and what writes it.
EXPORTS: dict[str, tuple[str, str, Callable[[Path], Path]]] = {
    "xml": ("stackexchange", "", _dump),
    "7z": ("stackexchange", "site.7z", dump_archives.archive),
    "json": ("activitystreams", "", _acts),
    "activity lines": ("activitystreams", "", _act_lines),
    "zip": ("activitystreams", "export.zip", activity_archives.zipped),
    "tar.gz": ("activitystreams", "export.tar.gz", activity_archives.tarred),
    "json lines": ("files", "", _users),
    "csv": ("files", "", _csv),
    "csv.gz": ("files", "", _packed_csv),
    "parquet": ("files", "", parquet_files.users),
    "simulated": (
        "simulate",
        "",
        lambda folder: parquet_files.users(folder, "users/exported_date=2024-01-02/part.parquet"),
    ),
}


def contents(kind: str) -> Files:
    """The files of a valid export by their names below it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        EXPORTS[kind][2](folder)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def write(files: Files, folder: Path) -> None:
    """Lay the files down."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


_TOKENS = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"'",
    b"<",
    b">",
    b"{",
    b"[",
    b"]",
    b",",
    b"\n",
]
_TOKENS += [
    b"&lt;",
    b"null",
    b"NaN",
    b"1e999",
    b"-",
    b"\\ud800",
    b"<!DOCTYPE x>",
    b"PAR1",
    b"\x7f" * 8,
]
_PIECES = st.sampled_from(_TOKENS) | st.binary(min_size=1, max_size=8)
_PLACES = st.floats(0, 1)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "delete", "repeat", "cut"]), _PLACES, _PLACES, _PIECES
    ),
    min_size=1,
    max_size=4,
)
Change = tuple[str, float, float, bytes]


def changed(content: bytes, changes: list[Change]) -> bytes:
    """The bytes after these changes, each at a share of the way through."""
    for kind, place, length, piece in changes:
        at = int(place * len(content))
        end = min(len(content), at + 1 + int(length * 20))
        match kind:
            case "set":
                content = content[:at] + piece + content[at + len(piece) :]
            case "insert":
                content = content[:at] + piece + content[at:]
            case "delete":
                content = content[:at] + content[end:]
            case "repeat":
                content = content[:at] + content[at:end] * 2 + content[end:]
            case "cut":
                content = content[:at]
    return content


def mended(content: bytes) -> bytes:
    """A .7z whose checksums agree with its damaged header, as whoever means harm would leave it."""
    if len(content) < 32:
        return content
    offset, size = struct.unpack("<QQ", content[12:28])
    header = content[32 + offset : 32 + offset + size]
    start = struct.pack("<QQI", offset, len(header), zlib.crc32(header))
    return content[:8] + struct.pack("<I", zlib.crc32(start)) + start + content[32:]
