"""A Mastodon export or any ActivityStreams 2.0 document becomes contract rows."""

import io
import json
import tarfile
import zipfile
from datetime import datetime

import pytest

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source, read_accounts
from townsquare.ingest.adapters import _json
from townsquare.ingest.adapters._activities import mapped

_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_ME = "https://town.example/users/me"
_YOU = "https://town.example/users/you"
_CONTEXT = ["https://www.w3.org/ns/activitystreams", {"Hashtag": "as:Hashtag"}]
_AT = "2024-03-01T10:00:00Z"


def _note(number, **more):
    note = {
        "id": f"{_ME}/statuses/{number}",
        "type": "Note",
        "published": _AT,
        "attributedTo": _ME,
        "to": [_PUBLIC],
        "cc": [f"{_ME}/followers"],
        "content": "<p>hallo</p>",
        "contentMap": {"de": "<p>hallo</p>"},
    }
    return note | more


def _activity(kind, thing, number=1, **more):
    told = {"id": f"{_ME}/acts/{number}", "type": kind, "actor": _ME, "object": thing}
    return told | {"published": _AT} | more


_OUTBOX = [
    _activity(
        "Create",
        _note(
            1,
            tag=[
                {"type": "Mention", "name": "@you"},
                {"type": "Hashtag", "name": "#one"},
                {"type": "Hashtag", "name": "#two"},
            ],
            attachment=[{"type": "Document", "url": "/media_attachments/files/1.png"}],
        ),
    ),
    _activity("Create", _note(2, inReplyTo=f"{_YOU}/statuses/9"), 2),
    _activity("Announce", f"{_YOU}/statuses/9", 3),
    _activity("Create", _note(3, to=[_YOU], cc=[], content="secret"), 4),
    _activity("Follow", _YOU, 5),
    _activity("Undo", {"type": "Follow", "actor": _ME, "object": _YOU}, 6),
    _activity("Undo", {"type": "Like", "object": f"{_YOU}/statuses/9"}, 7),
    _activity("Flag", [_YOU, f"{_YOU}/statuses/9"], 8),
    _activity("Update", _note(1, content="neu", updated="2024-03-02T00:00:00Z"), 9),
    _activity("Create", f"{_ME}/statuses/77", 10),
    "https://town.example/only-a-link",
]
_FILES = {
    "actor.json": {
        "@context": _CONTEXT,
        "id": _ME,
        "type": "Person",
        "preferredUsername": "me",
        "published": "2022-11-01T00:00:00Z",
        "outbox": "outbox.json",
    },
    "outbox.json": {
        "@context": _CONTEXT[0],
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": len(_OUTBOX),
        "orderedItems": _OUTBOX,
    },
    "likes.json": {
        "id": "likes.json",
        "type": "OrderedCollection",
        "orderedItems": ["https://x/1"],
    },
}
_CSV = "Account address,Show boosts\nyou@town.example,true\n"


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    (folder / "media_attachments" / "files").mkdir(parents=True)
    for name, content in _FILES.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8-sig")
    (folder / "following_accounts.csv").write_text(_CSV)
    for number in (1, 2):
        (folder / "media_attachments" / "files" / f"{number}.png").write_bytes(b"png")
    return folder


def _packed(folder, path):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.relative_to(folder))
    else:
        with tarfile.open(path, "w:gz") as packed:
            for file in files:
                packed.add(file, str(file.relative_to(folder)))
    return path


@pytest.mark.parametrize("packed", ["", "export.zip", "export.tar.gz"])
def test_an_export_is_accounted_for_in_any_packing(home, export, tmp_path, packed):
    source = _packed(export, tmp_path / packed) if packed else export
    accounts = {a.source_file: a for a in import_source(home, "activitystreams", source)}
    counts = {
        (name, table): (t.read, t.landed, t.quarantined)
        for name, account in accounts.items()
        for table, t in account.tables.items()
    }
    assert counts == {
        ("actor.json", "users"): (1, 1, 0),
        ("following_accounts.csv", "relations"): (1, 0, 1),
        ("likes.json", "interactions"): (1, 0, 1),
        ("outbox.json", "contents"): (5, 3, 2),
        ("outbox.json", "interactions"): (3, 3, 0),
        ("outbox.json", "messages"): (1, 1, 0),
        ("outbox.json", "relations"): (2, 2, 0),
    }
    assert "2 files" in accounts["media_attachments/"].not_imported


def test_activities_are_mapped_to_the_contract(home, export, landed):
    import_source(home, "activitystreams", export)
    at = datetime(2024, 3, 1, 10)
    columns = "content_id, kind, reply_to_id, body, tags, language, media_path, loaded_at"
    one, two = f"{_ME}/statuses/1", f"{_ME}/statuses/2"
    assert landed("contents", columns) == [
        (
            one,
            "post",
            None,
            "<p>hallo</p>",
            ["one", "two"],
            "de",
            "media_attachments/files/1.png",
            at,
        ),
        (one, "post", None, "neu", None, "de", None, datetime(2024, 3, 2)),
        (two, "comment", f"{_YOU}/statuses/9", "<p>hallo</p>", None, "de", None, at),
    ]
    assert landed("interactions", "verb, content_id, target_user_id") == [
        ("report", f"{_YOU}/statuses/9", _YOU),
        ("share", f"{_YOU}/statuses/9", None),
        ("unlike", f"{_YOU}/statuses/9", None),
    ]
    assert landed("relations", "verb, actor_id, target_id") == [
        ("follow", _ME, _YOU),
        ("unfollow", _ME, _YOU),
    ]
    assert landed("users", "user_id, kind, name") == [(_ME, "person", "me")]


def test_a_private_message_is_landed_without_its_text(home, export, landed):
    import_source(home, "activitystreams", export)
    assert landed("messages", "sender_id, recipient_id") == [(_ME, _YOU)]
    held = [path.read_bytes() for path in home.root.rglob("*.parquet")]
    assert held and not any(b"secret" in content for content in held)


def test_what_has_no_time_is_kept_in_quarantine_not_guessed(home, export, rejected):
    import_source(home, "activitystreams", export)
    ((_, _, like, _),) = rejected("interactions")
    ((_, _, follow, row),) = rejected("relations")
    assert like == "the export does not say when this like was"
    assert follow == "the export does not say when this follow was"
    assert "you@town.example" in row


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "Article", "id": "a", "name": "T"}, [("contents", "kind", "post")]),
        ({"type": "Image", "id": "a"}, [("contents", "kind", "image")]),
        ({"type": ["Video", "x:Clip"], "id": "a"}, [("contents", "kind", "video")]),
        ({"type": "Question", "id": "a", "inReplyTo": "b"}, [("contents", "kind", "comment")]),
        ({"type": "Group", "id": "a"}, [("users", "kind", "organization")]),
        (_activity("Dislike", "x"), [("interactions", "verb", "dislike")]),
        (_activity("View", {"id": "x"}), [("interactions", "content_id", "x")]),
        (_activity("Accept", {"type": "Follow"}), [("interactions", "verb", "accept_follow")]),
        (_activity("Block", _YOU), [("relations", "verb", "block")]),
        (_activity("Undo", {"type": "Block", "object": _YOU}), [("relations", "target_id", _YOU)]),
        (_activity("Add", "x", target="t"), [("interactions", "verb", "add")]),
        (_activity("Delete", "x"), [("interactions", "verb", "delete")]),
        (
            _activity("Delete", {"type": "Tombstone", "id": "x", "published": _AT}),
            [("contents", "deleted_at", _AT)],
        ),
        (_activity("Update", {"type": "Person", "id": "u"}), [("users", "loaded_at", _AT)]),
        (
            _activity("Create", {"type": "Note", "id": "n"}, to=["a", "b"]),
            [("messages", "recipient_id", "a"), ("messages", "recipient_id", "b")],
        ),
        (
            {"type": "Mystery"},
            [("contents", "problem", "neither an activity nor an object that is known")],
        ),
        (7, [("contents", "problem", "the item is not an object")]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_kind_of_activity_has_its_place(value, expected):
    assert [
        (table, column, row[column])
        for (table, row), (_, column, _) in zip(mapped(value), expected, strict=True)
    ] == expected


def test_an_activity_without_an_id_gets_the_same_one_each_time(home, tmp_path):
    path = tmp_path / "acts.jsonl"
    like = {"type": "Like", "actor": _ME, "object": "x", "published": _AT}
    path.write_text(json.dumps(like) + "\nnot json\n" + json.dumps(dict(reversed(like.items()))))
    (account,) = import_source(home, "activitystreams", path)
    told = account.tables["interactions"]
    assert (told.read, told.landed, told.duplicate) == (2, 1, 1)
    assert account.tables["contents"].reasons == {"the line is not JSON": 1}


def test_inline_pages_are_read_and_pages_elsewhere_are_said_to_be_missing(home, tmp_path):
    page = {"type": "OrderedCollectionPage", "orderedItems": [_activity("Like", "x")]}
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text(
        json.dumps({"type": "OrderedCollection", "first": page})
    )
    elsewhere = {"type": "OrderedCollection", "totalItems": 3, "first": "https://x/outbox?page=1"}
    (tmp_path / "in" / "b.json").write_text(json.dumps(elsewhere))
    inline, missing = import_source(home, "activitystreams", tmp_path / "in")
    assert inline.tables["interactions"].landed == 1
    assert missing.tables["contents"].reasons == {"a collection that does not hold its items": 1}


def test_half_a_character_sends_only_its_row_to_quarantine(home, tmp_path, rejected):
    path = tmp_path / "outbox.jsonl"
    path.write_text(
        "\n".join(json.dumps(_note(n, content=c)) for n, c in enumerate(["ok", "\ud800"]))
    )
    (account,) = import_source(home, "activitystreams", path)
    told = account.tables["contents"]
    assert (told.landed, told.reasons) == (1, {"a text is not Unicode": 1})
    assert "\\ud800" in rejected("contents")[0][3]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"orderedItems": [{"a": 1}, {"a"', "not JSON"),
        (b"[1, 2", "not JSON"),
        (b"hello", "begins neither"),
        (b"", "begins neither"),
        (b'{"a": 1} {"a": 2}', "something follows its end"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
    ids=["cut in an item", "cut in a list", "no JSON", "empty", "two documents", "latin", "deep"],
)
def test_a_broken_document_is_refused_in_a_sentence(home, tmp_path, content, said):
    path = tmp_path / "outbox.json"
    path.write_bytes(content)
    with pytest.raises(TownsquareError, match=said) as refused:
        import_source(home, "activitystreams", path)
    assert str(path) in str(refused.value) and read_accounts(home) == []


def test_one_value_that_is_too_long_is_refused(home, tmp_path, monkeypatch):
    monkeypatch.setattr(_json, "LONGEST_VALUE", 1000)
    monkeypatch.setattr(_json, "_BLOCK", 100)
    path = tmp_path / "outbox.json"
    path.write_text(json.dumps({"orderedItems": [_note(1, content="x" * 5000)]}))
    with pytest.raises(TownsquareError, match="one value is longer than"):
        import_source(home, "activitystreams", path)


@pytest.mark.parametrize("name", ["../outbox.json", "/outbox.json", "a/../../outbox.json"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_whose_names_lead_elsewhere_is_refused(home, tmp_path, kind, name):
    path = tmp_path / f"bad.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(name, "{}")
    else:
        with tarfile.open(path, "w:gz") as packed:
            packed.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(TownsquareError, match="leads out of it"):
        import_source(home, "activitystreams", path)


def test_a_link_in_an_archive_is_refused(home, tmp_path):
    path = tmp_path / "bad.tar.gz"
    link = tarfile.TarInfo("outbox.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(path, "w:gz") as packed:
        packed.addfile(link)
    with pytest.raises(TownsquareError, match="a link or a device"):
        import_source(home, "activitystreams", path)


@pytest.mark.parametrize("name", ["export.zip", "export.tar.gz"])
def test_a_truncated_archive_is_refused(home, export, tmp_path, name):
    path = _packed(export, tmp_path / name)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(TownsquareError, match="cannot be unpacked"):
        import_source(home, "activitystreams", path)
    assert read_accounts(home) == []
