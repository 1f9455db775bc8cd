"""Damaged JSON lines with the contract's columns."""

import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

from damaged import case

USER = {"user_id": "u1", "registered_at": "2024-01-01T08:00:00", "loaded_at": "2024-01-02"}
ENOUGH = 1 << 20


def lines(folder: Path, *rows: dict[str, Any] | str, table: str = "users") -> Path:
    path = folder / f"{table}.jsonl"
    told = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(told) + "\n", encoding="utf-8", errors="surrogatepass")
    return path


@case("files", landed={})
def empty_json_lines(folder: Path, draw: Random) -> Path:
    (folder / "users.jsonl").write_bytes(b"")
    return folder


@case("files", landed={"users": 1}, quarantined={"users": {"the line is not a JSON object": 1}})
def json_lines_cut_short(folder: Path, draw: Random) -> Path:
    whole = lines(folder, USER, {**USER, "user_id": "u2"}).read_bytes()
    (folder / "users.jsonl").write_bytes(whole[: len(whole) - draw.randrange(3, 40)])
    return folder


@case("files", landed={"users": 1}, quarantined={"users": {"the line is not a JSON object": 6}})
def lines_that_are_no_objects(folder: Path, draw: Random) -> Path:
    return lines(folder, "[1]", "null", '"u1"', "17", "{'user_id': 'u1'}", "}{", USER)


@case("files", landed={"users": 1}, quarantined={"users": {"the line is not a JSON object": 2}})
def lines_nested_a_hundred_thousand_deep(folder: Path, draw: Random) -> Path:
    deep = '{"user_id": ' + "[" * 100_000 + "]" * 100_000 + "}"
    return lines(folder, deep, '{"a": ' * 100_000, USER)


@case("files", landed={"users": 1}, quarantined={"users": {"user_id is told twice": 1}})
def a_line_with_a_repeated_key(folder: Path, draw: Random) -> Path:
    twice = '{"user_id": "a", "user_id": "b", "registered_at": "2024-01-01"}'
    return lines(folder, twice, USER)


@case(
    "files",
    landed={"users": 3},
    quarantined={
        "users": {
            "user_id is an object": 1,
            "user_id is a list": 1,
            "name is a list": 1,
            "user_id is missing": 1,
        }
    },
)
def a_key_that_changes_its_type(folder: Path, draw: Random) -> Path:
    ids: list[Any] = ["u1", 7, 7.5, {"id": 1}, ["u1"], None]
    return lines(folder, *({**USER, "user_id": i} for i in ids), {**USER, "name": ["a", "b"]})


@case(
    "files",
    landed={"users": 5},
    quarantined={
        "users": {
            "registered_at is not a time in UTC": 10,
            "registered_at lies before 1970-01-02": 4,
            "registered_at lies in the future": 1,
            "registered_at lies after loaded_at": 1,
            "loaded_at lies in the future": 1,
            "registered_at is missing": 1,
        }
    },
)
def times_of_every_kind(folder: Path, draw: Random) -> Path:
    good = ["2024-01-01T10:00:00+02:00", "2024-01-01 10:00:00 America/New_York"]
    good += ["2024-02-29", "1970-01-02", "2024-01-01T23:59:59.999999Z"]
    unread = ["now", "2023-02-29", "01/02/2024", "1704067200", 1704067200, "10:00", True, "12 May"]
    unread += ["2024-01-01T25:00:00"]
    early = ["1969-12-31T23:59:59", "1970-01-01", "0044-03-15 (BC)", "-infinity"]
    late = ["2999-01-01", "infinity"]
    rows = [{"user_id": f"u{i}", "registered_at": at} for i, at in enumerate(good)]
    for i, at in enumerate([*unread, *early, *late, None]):
        rows.append({"user_id": f"x{i}", "registered_at": at})
    rows.append({"user_id": "x", "registered_at": "2024-03-01", "loaded_at": "2024-01-01"})
    rows.append({"user_id": "x", "registered_at": "2024-03-01", "loaded_at": "2999-01-01"})
    return lines(folder, *rows)


@case(
    "files",
    landed={"users": 6},
    quarantined={"users": {"user_id holds a NUL byte": 1, "user_id is longer than 256": 1}},
)
def ids_with_quotes_nuls_and_controls(folder: Path, draw: Random) -> Path:
    ids = ["'", '"; drop table users; --', "\\", "../../etc", "a\nb\t\x1b[31m", "\u202eabc"]
    return lines(folder, *({**USER, "user_id": i} for i in [*ids, "a\0b", "x" * 257]))


@case("files", landed={"contents": 7})
def html_formulas_and_escapes_in_texts(folder: Path, draw: Random) -> Path:
    texts = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "=1+cmd|'/C calc'!A0"]
    texts += ["@SUM(1+1)*cmd", "[/bold]", "\x1b]0;owned\x07", "{{ env_var('HOME') }}"]
    rows = [
        {"content_id": str(i), "published_at": "2024-01-01", "kind": "post", "title": t, "body": t}
        for i, t in enumerate(texts)
    ]
    return lines(folder, *rows, table="contents")


@case("files", landed={"users": 1}, quarantined={"users": {"a text is not Unicode": 1}})
def half_a_character_in_json(folder: Path, draw: Random) -> Path:
    return lines(folder, r'{"user_id": "\ud800", "registered_at": "2024-01-01"}', USER)


@case("files", refused="users.jsonl is not UTF-8")
def json_lines_in_utf_16(folder: Path, draw: Random) -> Path:
    (folder / "users.jsonl").write_bytes(json.dumps(USER).encode("utf-16"))
    return folder


@case("files", refused="users.jsonl is not UTF-8")
def json_lines_in_latin_1(folder: Path, draw: Random) -> Path:
    told = json.dumps({**USER, "name": "Zoë"}, ensure_ascii=False)
    (folder / "users.jsonl").write_bytes(told.encode("latin-1"))
    return folder


@case("files", landed={"users": 1}, quarantined={"users": {"the line is not a JSON object": 1}})
def two_files_with_marks_joined_into_one(folder: Path, draw: Random) -> Path:
    marked = json.dumps(USER).encode("utf-8-sig") + b"\n"
    (folder / "users.jsonl").write_bytes(marked + marked)
    return folder


@case("files", refused="the column 'colour'")
def a_key_that_the_contract_lacks(folder: Path, draw: Random) -> Path:
    return lines(folder, USER, {**USER, "colour": 3})


@case("files", landed={"users": 3}, duplicate={"users": 2})
def repeated_and_contradicting_rows(folder: Path, draw: Random) -> Path:
    rows = [USER, {**USER, "country": "DE"}, {**USER, "country": "FR"}]
    return lines(folder, *rows, USER, rows[1])


@case(
    "files",
    landed={"interactions": 2},
    quarantined={
        "interactions": {
            "verb is missing": 2,
            "verb does not match ^[a-z][a-z_]{0,39}$": 4,
            "dwell_seconds is not a number": 3,
            "dwell_seconds is below 0": 1,
        }
    },
)
def unknown_verbs_and_absurd_numbers(folder: Path, draw: Random) -> Path:
    row = {"interaction_id": "i", "occurred_at": "2024-01-01", "actor_id": "u1", "verb": "like"}
    verbs = ["smile", None, "", "LIKE", "like it", "x" * 99, "<b>like</b>"]
    rows = [{**row, "interaction_id": f"v{i}", "verb": v} for i, v in enumerate(verbs)]
    for i, dwell in enumerate([1e308, "1e999", "long", -1, {"a": 1}["a"] * float("nan")]):
        rows.append({**row, "interaction_id": f"d{i}", "dwell_seconds": dwell})
    return lines(folder, *rows, table="interactions")


@case("files", landed={"surveys": 1}, quarantined={"surveys": {"score is not a number": 1}})
def a_number_of_five_thousand_digits(folder: Path, draw: Random) -> Path:
    head = '{"survey_id": "1", "answered_at": "2024-01-01", "user_id": "u", "kind": "nps", "score":'
    return lines(folder, f"{head} 1{'0' * 5000}}}", f"{head} 7}}", table="surveys")


@case("files", refused="line 2 is longer than 16 MB", is_bomb=True)
def a_line_of_a_hundred_megabytes(folder: Path, draw: Random) -> Path:
    with lines(folder, USER).open("ab") as file:
        file.write(b'{"user_id": "')
        for _ in range(100):
            file.write(b"x" * ENOUGH)
        file.write(b'"}\n')
    return folder


@case("files", refused="line 1 is longer than 16 MB", is_bomb=True)
def a_gzip_bomb(folder: Path, draw: Random) -> Path:
    with gzip.open(folder / "users.jsonl.gz", "wb", compresslevel=1) as file:
        for _ in range(300):
            file.write(b" " * ENOUGH)
    return folder


@case("files", landed={"users": 256}, is_bomb=True)
def many_names_of_a_megabyte(folder: Path, draw: Random) -> Path:
    with gzip.open(folder / "users.jsonl.gz", "wt", compresslevel=1) as file:
        for i in range(256):
            file.write(json.dumps({**USER, "user_id": f"u{i}", "name": f"{i:0>1048576}"}) + "\n")
    return folder


@case("files", refused="users.jsonl.gz cannot be read")
def gzip_cut_short(folder: Path, draw: Random) -> Path:
    packed = gzip.compress(b"".join(json.dumps(USER).encode() + b"\n" for _ in range(99)))
    (folder / "users.jsonl.gz").write_bytes(packed[: -draw.randrange(1, 20)])
    return folder


@case("files", refused="users.jsonl.gz cannot be read")
def gzip_whose_bytes_were_overwritten(folder: Path, draw: Random) -> Path:
    told = "".join(json.dumps({**USER, "user_id": str(draw.random())}) + "\n" for _ in range(999))
    packed = bytearray(gzip.compress(told.encode()))
    packed[2000:2010] = bytes(10)
    (folder / "users.jsonl.gz").write_bytes(packed)
    return folder
