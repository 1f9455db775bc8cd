"""Files that hold contract columns are landed from any format, and bad ones are refused."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source, read_accounts

_HEADER = "content_id,published_at,kind,body,tags,loaded_at\n"
_CSV = (
    '1,2024-01-01T10:00:00Z,post,"a, ""b""\nc","[""x"", ""y""]",2024-01-02\n'
    "\n"
    "2,2024-01-01T12:00:00+01:00,comment,,,2024-01-02\n"
)
_ROWS = [
    {
        "content_id": "1",
        "published_at": "2024-01-01T10:00:00Z",
        "kind": "post",
        "body": 'a, "b"\nc',
        "tags": ["x", "y"],
        "loaded_at": "2024-01-02",
    },
    {
        "content_id": 2,
        "published_at": "2024-01-01T12:00:00+01:00",
        "kind": "comment",
        "loaded_at": "2024-01-02",
    },
]


def _write_csv(folder):
    (folder / "contents.csv").write_text(_HEADER + _CSV, encoding="utf-8-sig")


def _write_packed_csv(folder):
    (folder / "contents.csv.gz").write_bytes(gzip.compress((_HEADER + _CSV).encode()))


def _write_json_lines(folder):
    (folder / "contents").mkdir()
    lines = "\n".join(json.dumps(row) for row in _ROWS)
    (folder / "contents" / "part-0.ndjson").write_text(lines)


def _write_parquet(folder):
    rows = pa.table(
        {
            "kind": pa.array(["post", "comment"]).dictionary_encode(),
            "content_id": pa.array([1, 2], pa.int32()),
            "published_at": pa.array(
                [1704103200000, 1704106800000], pa.timestamp("ms", tz="Europe/Paris")
            ),
            "body": pa.array(['a, "b"\nc', None], pa.large_string()),
            "tags": pa.array([["x", "y"], None], pa.large_list(pa.large_string())),
            "loaded_at": pa.array([19724, 19724], pa.date32()),
        }
    )
    (folder / "contents" / "event_date=2024-01-01").mkdir(parents=True)
    pq.write_table(rows, folder / "contents" / "event_date=2024-01-01" / "a.parquet")


@pytest.mark.parametrize(
    "write", [_write_csv, _write_packed_csv, _write_json_lines, _write_parquet]
)
def test_every_format_lands_the_same_rows(home, tmp_path, landed, write):
    folder = tmp_path / "export"
    folder.mkdir()
    write(folder)
    (account,) = import_source(home, "files", folder)
    assert account.tables["contents"].landed == 2
    columns = "content_id, published_at::varchar, kind, body, tags, loaded_at::varchar"
    assert landed("contents", columns) == [
        ("1", "2024-01-01 10:00:00", "post", 'a, "b"\nc', ["x", "y"], "2024-01-02 00:00:00"),
        ("2", "2024-01-01 11:00:00", "comment", None, None, "2024-01-02 00:00:00"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("users.csv", b"user_id,registered_at,color\n", "the column 'color'.*one of user_id"),
        ("users.csv", b"user_id,name\n", "lacks the column 'registered_at'"),
        ("users.csv", b"user_id,user_id,registered_at\n", "'user_id' twice"),
        ("users.csv", b"", "lacks the column 'user_id'.*it has none"),
        ("users.csv", b"user_id,registered_at\n1,\xff\n", "is not UTF-8"),
        ("users.csv", "user_id,registered_at\n".encode("utf-16"), "is not UTF-8"),
        ("users.csv", b'user_id,registered_at\n"1,2024-01-01\n2,2024-01-01\n', "is not CSV"),
        ("users.csv.gz", b"user_id,registered_at\n", "cannot be read"),
        (
            "users.csv.gz",
            gzip.compress(b"user_id,registered_at\n" * 99, mtime=0)[:-9],
            "cannot be read",
        ),
        ("users.jsonl", b'{"user_id": "1", "color": 3}', "the column 'color'"),
        ("users.jsonl", b'{"user_id": "\xff"}', "is not UTF-8"),
        ("users.parquet", b"PAR1", "cannot be read as Parquet"),
        ("users.parquet", b"", "cannot be read as Parquet"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_landed(
    home, tmp_path, landed, name, content, said
):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "surveys.jsonl").write_text("")
    (folder / name).write_bytes(content)
    with pytest.raises(TownsquareError, match=said) as refused:
        import_source(home, "files", folder)
    assert name in str(refused.value) and "\n" not in str(refused.value)
    assert landed("users") == [] and read_accounts(home) == []


def test_bad_lines_go_to_quarantine_and_the_others_are_landed(home, tmp_path, rejected):
    (tmp_path / "users.csv").write_text(
        "user_id,registered_at\nu1,2024-01-01\nu2\nu3,2024-01-01,x\n"
    )
    (account,) = import_source(home, "files", tmp_path / "users.csv")
    assert account.tables["users"].landed == 1
    assert [(n, row) for _, n, _, row in rejected("users")] == [
        (2, '["u2"]'),
        (3, '["u3", "2024-01-01", "x"]'),
    ]
    (tmp_path / "contents.jsonl").write_text('[1]\n{"tags": "x"}\n{"content_id": \n')
    (account,) = import_source(home, "files", tmp_path / "contents.jsonl")
    assert account.tables["contents"].reasons == {
        "the line is not a JSON object": 2,
        "tags is not a list": 1,
    }


def test_files_of_no_table_or_format_are_reported(home, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "users.csv").write_text("user_id,registered_at\nu1,2024-01-01\n")
    (folder / "likes.csv").write_text("x\n")
    (folder / "users.xlsx").write_bytes(b"PK")
    import_source(home, "files", folder)
    told = {a.source_file: a.not_imported for a in read_accounts(home)}
    assert "neither its name nor its folder's is a contract table" in told["likes.csv"]
    assert "ends in none of" in told["users.xlsx"] and told["users.csv"] is None


def test_text_in_parquet_that_is_not_utf8_is_refused(home, tmp_path):
    bad = pa.array([b"\xff\xfe"], pa.binary()).cast(pa.string(), safe=False)
    at = pa.array(["2024-01-01"])
    pq.write_table(pa.table({"user_id": bad, "registered_at": at}), tmp_path / "users.parquet")
    with pytest.raises(TownsquareError, match=r"users\.parquet cannot be read as Parquet"):
        import_source(home, "files", tmp_path / "users.parquet")
