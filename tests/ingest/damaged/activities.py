"""Damaged ActivityStreams documents."""

import json
from pathlib import Path
from random import Random
from typing import Any

from damaged import case

AT = "2024-03-01T10:00:00Z"
LIKE = {"id": "l1", "type": "Like", "actor": "me", "object": "n1", "published": AT}
NOTE = {"id": "n1", "type": "Note", "attributedTo": "me", "published": AT, "content": "hi"}


def outbox(folder: Path, *items: Any, name: str = "outbox.json", **more: Any) -> Path:
    document = {"type": "OrderedCollection", **more, "orderedItems": list(items)}
    (folder / name).write_text(json.dumps(document))
    return folder


def written(folder: Path, *items: str) -> Path:
    """An outbox of items that are JSON already, or should be."""
    text = ", ".join(items)
    (folder / "outbox.json").write_text(f'{{"type": "Collection", "items": [{text}]}}')
    return folder


@case("activitystreams", refused="outbox.json is not JSON that can be read")
def json_cut_short(folder: Path, draw: Random) -> Path:
    path = outbox(folder, *[LIKE] * 50) / "outbox.json"
    whole = path.read_bytes()
    path.write_bytes(whole[: draw.randrange(60, len(whole) - 2)])
    return folder


@case("activitystreams", refused="it begins neither with")
def empty_json(folder: Path, draw: Random) -> Path:
    (folder / "outbox.json").write_bytes(b"")
    return folder


@case("activitystreams", refused="it begins neither with")
def a_web_page_instead_of_json(folder: Path, draw: Random) -> Path:
    (folder / "outbox.json").write_text("<html>503</html>")
    return folder


@case("activitystreams", refused="nested too deeply")
def json_nested_a_hundred_thousand_deep(folder: Path, draw: Random) -> Path:
    (folder / "outbox.json").write_text('{"orderedItems": [' + '{"object": ' * 100_000)
    return folder


@case(
    "activitystreams",
    landed={"interactions": 1},
    quarantined={"contents": {"it is nested too deeply": 30}},
)
def json_nested_as_deep_as_a_parser_just_bears(folder: Path, draw: Random) -> Path:
    deep = ['{"type": "Mystery", "a": ' + "[" * n + "]" * n + "}" for n in range(150, 750, 20)]
    return written(folder, *deep, json.dumps(LIKE))


@case(
    "activitystreams",
    landed={"interactions": 1},
    quarantined={"contents": {"the line is not JSON": 1, "it is nested too deeply": 1}},
)
def lines_nested_deeply(folder: Path, draw: Random) -> Path:
    deep = '{"type": "Mystery", "a": ' + "[" * 600 + "]" * 600 + "}"
    deeper = deep.replace("[" * 600, "[" * 100_000)
    (folder / "acts.jsonl").write_text("\n".join([deep, deeper, json.dumps(LIKE)]))
    return folder


@case("activitystreams", refused="outbox.json is not UTF-8")
def json_in_utf_16(folder: Path, draw: Random) -> Path:
    path = outbox(folder, LIKE) / "outbox.json"
    path.write_bytes(path.read_text().encode("utf-16"))
    return folder


@case("activitystreams", landed={"interactions": 1})
def json_with_a_mark(folder: Path, draw: Random) -> Path:
    path = outbox(folder, LIKE) / "outbox.json"
    path.write_bytes(path.read_text().encode("utf-8-sig"))
    return folder


@case("activitystreams", refused="something follows its end")
def two_documents_in_one_file(folder: Path, draw: Random) -> Path:
    path = outbox(folder, LIKE) / "outbox.json"
    path.write_text(path.read_text() * 2)
    return folder


@case(
    "activitystreams",
    landed={"interactions": 3},
    duplicate={"interactions": 1},
    quarantined={
        "contents": {
            "neither an activity nor an object that is known": 6,
            "the item is not an object": 4,
        },
        "interactions": {"verb does not match ^[a-z][a-z_]{0,39}$": 1},
    },
)
def unknown_types_and_verbs(folder: Path, draw: Random) -> Path:
    kinds = ["Applaud", "as:Like", ["Like", "Odd"], "Like it", "", None, 7, {"a": 1}, "X" * 99]
    items = [{**LIKE, "id": f"l{i}", "type": kind} for i, kind in enumerate(kinds)]
    return outbox(folder, *items, {"type": "Mystery"}, 7, "x", None, ["x"], LIKE)


@case(
    "activitystreams",
    landed={"interactions": 1, "contents": 1},
    quarantined={
        "interactions": {
            "occurred_at is missing": 1,
            "occurred_at is not a time in UTC": 3,
            "occurred_at lies in the future": 1,
            "occurred_at lies before 1970-01-02": 1,
        }
    },
)
def activities_at_wrong_times(folder: Path, draw: Random) -> Path:
    times = [None, 1709287200, "soon", True, "2999-01-01T00:00:00Z", "1969-01-01T00:00:00Z"]
    items = [{**LIKE, "id": f"l{i}", "published": at} for i, at in enumerate(times)]
    zoned = {**LIKE, "published": "2024-03-01T10:00:00+05:45"}
    return outbox(folder, *items, zoned, NOTE)


@case(
    "activitystreams",
    landed={"interactions": 2, "contents": 2},
    duplicate={"interactions": 2, "contents": 1},
)
def activities_told_twice_and_changed(folder: Path, draw: Random) -> Path:
    changed = {**LIKE, "object": "n2"}
    edited = {**NOTE, "content": "other"}
    return outbox(folder, LIKE, LIKE, changed, changed, NOTE, NOTE, edited)


@case(
    "activitystreams", landed={"interactions": 1}, quarantined={"contents": {"id is told twice": 1}}
)
def an_activity_with_a_repeated_key(folder: Path, draw: Random) -> Path:
    twice = '{"id": "a", "id": "b", "type": "Like", "object": "x", "published": "2024-01-01"}'
    return written(folder, twice, json.dumps(LIKE))


@case(
    "activitystreams",
    landed={"contents": 6},
    quarantined={
        "contents": {"content_id holds a NUL byte": 1, "content_id is longer than 256": 1}
    },
)
def notes_with_hostile_ids_and_texts(folder: Path, draw: Random) -> Path:
    texts = [
        "'; drop table users; --",
        '"',
        "<script>alert(1)</script>",
        "=1+1",
        "../../x",
        "a\x1bb",
    ]
    notes = [{**NOTE, "id": t, "content": t, "name": t} for t in [*texts, "a\0b", "x" * 300]]
    return outbox(folder, *notes)


@case("activitystreams", landed={"contents": 4})
def keys_that_change_their_type(folder: Path, draw: Random) -> Path:
    changed: list[dict[str, Any]] = [
        {"content": ["hi"], "contentMap": "hi", "tag": "x", "to": 7},
        {"content": {"a": 1}, "name": 3, "tag": [1, None, {"type": "Hashtag", "name": None}]},
        {"attachment": [None, {"url": {"href": "../../etc/passwd"}}], "inReplyTo": [[]]},
        {"attributedTo": {"id": ["me"]}, "contentMap": {"": None}, "summary": []},
    ]
    return outbox(folder, *({**NOTE, "id": f"n{i}", **c} for i, c in enumerate(changed)))


@case(
    "activitystreams",
    landed={"contents": 1},
    quarantined={"contents": {"a text is not Unicode": 1}},
)
def half_a_character_in_a_note(folder: Path, draw: Random) -> Path:
    return outbox(folder, {**NOTE, "content": "\ud800"}, {**NOTE, "id": "n2"})


@case("activitystreams", landed={"interactions": 1, "contents": 1})
def a_number_of_ten_thousand_digits(folder: Path, draw: Random) -> Path:
    note = json.dumps({**NOTE, "totalItems": 1})
    return written(folder, note.replace(": 1}", f": {'9' * 10_000}}}"), json.dumps(LIKE))


@case("activitystreams", refused="one value is longer than 16 MB", is_bomb=True)
def a_note_of_a_hundred_megabytes(folder: Path, draw: Random) -> Path:
    with (folder / "outbox.json").open("w") as file:
        file.write('{"orderedItems": [{"content": "')
        for _ in range(100):
            file.write("x" * (1 << 20))
        file.write('"}]}')
    return folder


@case("activitystreams", landed={"interactions": 1}, is_bomb=True)
def spaces_between_the_items(folder: Path, draw: Random) -> Path:
    with (folder / "outbox.json").open("w") as file:
        file.write('{"type": "Collection", "items": [')
        for _ in range(200):
            file.write(" " * (1 << 20))
        file.write(f"{json.dumps(LIKE)}]}}")
    return folder


@case(
    "activitystreams",
    quarantined={"relations": {"the export does not say when this follow was": 3}},
)
def a_list_of_accounts_with_odd_rows(folder: Path, draw: Random) -> Path:
    text = 'Account address,Show boosts\na@b,true\n,,,\n"it\'s <b>","=1+1"\n'
    (folder / "following_accounts.csv").write_text(text)
    return folder


@case("activitystreams", refused="following_accounts.csv.*longer than 16 MB", is_bomb=True)
def a_list_of_accounts_in_one_line(folder: Path, draw: Random) -> Path:
    (folder / "following_accounts.csv").write_text("Account address\n" + "a," * (40 << 20))
    return folder


@case("activitystreams", refused="following_accounts.csv is not UTF-8")
def a_list_of_accounts_in_latin_1(folder: Path, draw: Random) -> Path:
    (folder / "following_accounts.csv").write_bytes("Account address\nZoë@b\n".encode("latin-1"))
    return folder


@case("activitystreams", refused="outbox.json is a link")
def a_link_instead_of_the_outbox(folder: Path, draw: Random) -> Path:
    (folder / "outbox.json").symlink_to("/etc/passwd")
    return folder


@case("activitystreams", refused="is neither a folder nor a .zip")
def a_picture_instead_of_an_export(folder: Path, draw: Random) -> Path:
    (folder / "me.png").write_bytes(b"\x89PNG")
    return folder / "me.png"
