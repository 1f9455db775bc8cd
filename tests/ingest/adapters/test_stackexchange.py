"""A Stack Exchange dump becomes contract rows, and a bad one is refused in one sentence."""

import re
import subprocess
from datetime import date, datetime

import py7zr
import pytest

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source, prepare, read_accounts
from townsquare.ingest.adapters import _sevenzip
from townsquare.network import read_network

_FILES = {
    "Users.xml": """
  <row Id="-1" CreationDate="2020-01-01T00:00:00.000" DisplayName="Community" Reputation="1" />
  <row Id="7" CreationDate="2020-01-02T03:04:05.678" DisplayName="A &amp; B" Location="Bern, CH"
    AccountId="12345" Views="9" UpVotes="3" LastAccessDate="2024-01-01T00:00:00.000" />""",
    "Posts.xml": """
  <row Id="1" PostTypeId="1" CreationDate="2020-01-03T00:00:00.000" OwnerUserId="7" Score="5"
    ViewCount="99" AnswerCount="1" AcceptedAnswerId="2" ClosedDate="2021-01-01T00:00:00.000"
    Title="Why?" Body="&lt;p&gt;x&lt;/p&gt;" Tags="&lt;c++&gt;&lt;node.js&gt;" />
  <row Id="2" PostTypeId="2" ParentId="1" CreationDate="2020-01-04T00:00:00.000" />
  <row Id="3" PostTypeId="1" CreationDate="2020-01-05T00:00:00.000" OwnerUserId="7" Tags="|a|b|"
    DeletionDate="2020-02-01T00:00:00.000" />
  <row Id="4" PostTypeId="4" CreationDate="2020-01-05T00:00:00.000" Body="wiki" />
  <row Id="5" PostTypeId="99" CreationDate="2020-01-05T00:00:00.000" />
  <row Id="6" PostTypeId="2" CreationDate="2020-01-05T00:00:00.000" />
  <note Id="8" />""",
    "Comments.xml": """
  <row Id="1" PostId="2" CreationDate="2020-01-05T00:00:00.000" UserId="7" Text="hm" Score="3" />
  <row Id="2" PostId="1" CreationDate="2020-01-05T00:00:00.000" />
  <row Id="3" PostId="404" CreationDate="2020-01-05T00:00:00.000" />""",
    "Votes.xml": """
  <row Id="1" PostId="2" VoteTypeId="1" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="2" PostId="1" VoteTypeId="5" UserId="7" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="3" PostId="1" VoteTypeId="77" CreationDate="2020-01-06T00:00:00.000" />""",
    "Badges.xml": """
  <row Id="1" UserId="7" Name="Teacher" Date="2020-01-07T08:00:00.000" Class="3" />""",
    "Tags.xml": """
  <row Id="1" TagName="c++" Count="4" />""",
}


def _xml(name, rows, head='<?xml version="1.0" encoding="utf-8"?>'):
    root = name.removesuffix(".xml").lower()
    return f"\ufeff{head}\n<{root}>{rows}\n</{root}>".encode()


@pytest.fixture
def dump(tmp_path):
    folder = tmp_path / "dump"
    folder.mkdir()
    for name, rows in _FILES.items():
        (folder / name).write_bytes(_xml(name, rows))
    return folder


@pytest.fixture
def archive(dump, tmp_path):
    path = tmp_path / "site.7z"
    with py7zr.SevenZipFile(path, "w") as packed:
        for file in sorted(dump.iterdir()):
            packed.write(file, file.name)
    return path


def _table(accounts):
    return {
        (a.source_file, name): (t.read, t.landed, t.quarantined, t.duplicate)
        for a in accounts
        for name, t in a.tables.items()
    }


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("travel.stackexchange.com.7z", "travel"),
        ("travel.meta.stackexchange.com", "travel.meta"),
        ("askubuntu.com.7z", "askubuntu"),
        ("mathoverflow.net.7z", "mathoverflow"),
        ("site.7z", "stackexchange"),
        ("My dump.com", "stackexchange"),
    ],
)
def test_a_network_has_the_name_of_the_site_that_its_dump_is_called_by(
    home, archive, dump, called, name
):
    whole = archive if called.endswith(".7z") else dump
    import_source(home, "stackexchange", whole.rename(whole.with_name(called)))
    assert read_network(home).name == name


def test_a_folder_and_its_7z_land_the_same_and_count_every_row(home, dump, archive):
    accounts = import_source(home, "stackexchange", dump)
    assert _table(accounts) == {
        ("Users.xml", "users"): (2, 2, 0, 0),
        ("Posts.xml", "contents"): (7, 3, 4, 0),
        ("Comments.xml", "contents"): (3, 3, 0, 0),
        ("Votes.xml", "interactions"): (3, 2, 1, 0),
        ("Badges.xml", "interactions"): (1, 1, 0, 0),
    }
    again = import_source(home, "stackexchange", archive)
    assert {key: (read, read) for key, (read, *_) in _table(accounts).items()} == {
        key: (read, duplicate) for key, (read, _, _, duplicate) in _table(again).items()
    }
    assert not (home.landing / ".partial").exists()


def test_what_has_no_table_is_reported_as_not_imported(home, dump):
    (dump / "readme.txt").write_text("hello")
    import_source(home, "stackexchange", dump)
    told = {a.source_file: a.not_imported for a in read_accounts(home) if not a.tables}
    assert told.keys() == {"Tags.xml", "readme.txt"}
    assert "as of the dump" in told["Tags.xml"]


def test_rows_are_mapped_to_the_contract(home, dump, landed):
    import_source(home, "stackexchange", dump)
    assert landed("users", "user_id, kind, name, country, account_number, registered_at") == [
        ("-1", "service", "Community", None, None, datetime(2020, 1, 1)),
        ("7", "person", "A & B", None, 12345.0, datetime(2020, 1, 2, 3, 4, 5, 678000)),
    ]
    ids = "content_id, author_id, kind, reply_to_id, root_id, title, body, tags"
    assert landed("contents", ids) == [
        ("c1", "7", "comment", "p2", "p1", None, "hm", None),
        ("c2", None, "comment", "p1", "p1", None, None, None),
        ("c3", None, "comment", "p404", None, None, None, None),
        ("p1", "7", "post", None, None, "Why?", "<p>x</p>", ["c++", "node.js"]),
        ("p2", None, "comment", "p1", "p1", None, None, None),
        ("p3", "7", "post", None, None, None, None, ["a", "b"]),
    ]
    events = "interaction_id, actor_id, verb, content_id, target_user_id, detail, event_date"
    assert landed("interactions", events) == [
        ("b1", None, "award", None, "7", "Teacher", date(2020, 1, 7)),
        ("v1", None, "accept", "p2", None, None, date(2020, 1, 6)),
        ("v2", "7", "save", "p1", None, None, date(2020, 1, 6)),
    ]


def test_no_value_as_of_the_dump_is_landed(home, dump, landed):
    import_source(home, "stackexchange", dump)
    times = "published_at, loaded_at, deleted_at"
    for published, loaded, deleted in landed("contents", times):
        assert loaded == published
        assert deleted in (None, datetime(2020, 2, 1))
    (question,) = [row for row in landed("contents", "columns(*)::varchar") if row[0] == "p1"]
    # neither score, views, answers nor the accepted answer and the closing, known only later
    assert not {"5", "99", "2", "2021-01-01 00:00:00"} & set(question)


def test_what_is_no_content_of_a_user_is_kept_in_quarantine(home, dump, rejected):
    import_source(home, "stackexchange", dump)
    assert [(number, reason) for _, number, reason, _ in rejected("contents")] == [
        (4, "post type 4 (tag wiki excerpt) has no place in the contract"),
        (5, "an unknown PostTypeId has no place in the contract"),
        (6, "an answer without a ParentId"),
        (7, "the element is not a <row>"),
    ]
    assert '"Body": "wiki"' in rejected("contents")[0][3]
    assert rejected("interactions")[0][2] == "VoteTypeId is not a known type of vote"


def test_comments_alone_find_their_thread_again(home, dump, landed):
    # given: an import that has sealed everything but the comments
    import_source(home, "stackexchange", dump)
    before = landed("contents", "content_id, root_id")
    (dump / "Comments.xml").write_bytes(
        _xml("Comments.xml", _FILES["Comments.xml"]).replace(b'Id="3"', b'Id="9"')
    )
    # when
    import_source(home, "stackexchange", dump)
    # then
    new = set(landed("contents", "content_id, root_id")) - set(before)
    assert new == {("c9", None)}


def test_the_network_it_writes_counts_posts_and_comments_as_activity(home, dump):
    import_source(home, "stackexchange", dump)
    network = read_network(home)
    assert network.activity.content_kinds == ["post", "comment"]
    assert network.activity.verbs == [] and not network.activity.messages
    assert network.conversion.source == "first_contribution"


_BOMB = """<?xml version="1.0"?><!DOCTYPE users [<!ENTITY a "aaaaaaaaaa">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><users><row Id="&b;" /></users>"""
_ELSEWHERE = """<?xml version="1.0"?><!DOCTYPE users SYSTEM "http://127.0.0.1/x.dtd">
  <users><row Id="1" /></users>"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_BOMB, "declares a document type"),
        (_ELSEWHERE, "declares a document type"),
        ("<users><row Id='1' /><row Id=", "not whole XML"),
        ("", "not whole XML"),
        ("<html><body>503</body></html>", "begins with <html>"),
        ("<users><row Id='1' Name='\x01' /></users>", "not whole XML"),
    ],
    ids=["entity bomb", "external DTD", "truncated", "empty", "another page", "control character"],
)
def test_bad_xml_is_refused_and_nothing_is_landed(home, dump, landed, content, said):
    (dump / "Users.xml").write_text(content)
    with pytest.raises(TownsquareError, match=said) as refused:
        import_source(home, "stackexchange", dump)
    assert "Users.xml" in str(refused.value) and "\n" not in str(refused.value)
    assert landed("users") == [] and landed("contents") == [] and read_accounts(home) == []


def test_a_row_that_never_ends_is_refused_before_it_fills_the_memory(home, dump, monkeypatch):
    monkeypatch.setattr("townsquare.ingest.adapters._xml._LONGEST_ROW", 1 << 21)
    (dump / "Users.xml").write_bytes(b"<users><row Id='" + b"x" * (1 << 23))
    with pytest.raises(TownsquareError, match="a row longer than 2 MB"):
        import_source(home, "stackexchange", dump)


@pytest.mark.parametrize(
    "name", ["../Users.xml", "/Users.xml", "a/../../Users.xml", "sub/Users.xml"]
)
def test_an_archive_whose_names_lead_elsewhere_is_refused(home, dump, tmp_path, name):
    bad = tmp_path / "bad.7z"
    with py7zr.SevenZipFile(bad, "w") as packed:
        packed.write(dump / "Users.xml", "Users.xml")
        packed.header.files_info.files[-1]["filename"] = name
    with pytest.raises(TownsquareError, match="not a plain file|cannot be read"):
        import_source(home, "stackexchange", bad)
    assert read_accounts(home) == []


def test_an_archive_with_a_link_is_refused(home, dump, tmp_path):
    (tmp_path / "Users.xml").symlink_to("/etc/passwd")
    bad = tmp_path / "bad.7z"
    with py7zr.SevenZipFile(bad, "w") as packed:
        packed.write(tmp_path / "Users.xml", "Users.xml")
    with pytest.raises(TownsquareError, match="not a plain file"):
        import_source(home, "stackexchange", bad)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_truncated_archive_is_refused(home, archive, share):
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(TownsquareError, match=re.escape(str(archive))):
        import_source(home, "stackexchange", archive)
    assert read_accounts(home) == []


def test_a_damaged_archive_is_refused(home, archive, landed):
    content = bytearray(archive.read_bytes())
    content[100:140] = bytes(40)
    archive.write_bytes(content)
    with pytest.raises(TownsquareError, match="cannot be unpacked"):
        import_source(home, "stackexchange", archive)
    assert landed("users") == []
    prepare(home)
    assert not (home.landing / ".partial").exists()


def test_an_archive_that_declares_more_than_the_disk_holds_is_refused(home, archive, monkeypatch):
    monkeypatch.setattr(_sevenzip, "_MARGIN", 1 << 60)
    with pytest.raises(TownsquareError, match="free some space"):
        import_source(home, "stackexchange", archive)


def test_neither_folder_nor_7z_is_refused(home, dump):
    with pytest.raises(TownsquareError, match=r"neither a folder of XML files nor a \.7z"):
        import_source(home, "stackexchange", dump / "Users.xml")


def test_the_public_quantum_computing_dump_is_accounted_for_row_by_row(home, public_data, tmp_path):
    archive = public_data / "stackexchange" / "quantumcomputing.stackexchange.com.7z"
    with py7zr.SevenZipFile(archive) as packed:
        packed.extractall(tmp_path / "xml")
    accounts = import_source(home, "stackexchange", archive)
    read = {a.source_file: sum(t.read for t in a.tables.values()) for a in accounts if a.tables}
    assert len(read) == 5
    for name, n_rows in read.items():
        counted = subprocess.run(
            ["grep", "-c", "<row ", tmp_path / "xml" / name], capture_output=True, check=True
        )
        assert n_rows == int(counted.stdout)
    assert {a.source_file for a in accounts if a.not_imported} == {"PostLinks.xml", "Tags.xml"}
