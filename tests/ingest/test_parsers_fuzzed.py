"""Whatever bytes come in, a parser gives rows or one sentence, and no row gets lost on the way."""

import json
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source
from townsquare.ingest.adapters import _json
from townsquare.ingest.adapters._activities import mapped
from townsquare.ingest.adapters._columns import Columns
from townsquare.ingest.adapters.activitystreams import files as activity_files
from townsquare.ingest.adapters.files import files as contract_files
from townsquare.ingest.adapters.stackexchange import files as dump_files
from townsquare.settings import Home

_BOUNDED = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_WORDS = st.sampled_from(
    ["id", "type", "object", "actor", "published", "to", "tag", "name", "items", "orderedItems"]
    + ["first", "url", "content", "contentMap", "attachment", "inReplyTo", "deleted", "href"]
    + ["Create", "Note", "Like", "Undo", "Follow", "Delete", "Person", "Collection", "Hashtag"]
    + ["Flag", "Update", "Tombstone", "Accept", "2024-01-01T00:00:00Z"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text() | _WORDS, inner, max_size=6)
    ),
    max_leaves=20,
)
_ACTIVITY = st.fixed_dictionaries(
    {"type": _WORDS | _JSON}, optional={"object": _JSON, "actor": _JSON, "to": _JSON, "id": _JSON}
)


def _rows_or_a_sentence(files, source):
    try:
        for file in files(source, source.parent / "unpacked"):
            for rows in file.rows() if file.rows else ():
                assert rows.rows.num_rows == len(rows.rows.column("row_number"))
    except TownsquareError as refused:
        assert "\n" not in str(refused)


@_BOUNDED
@given(value=_ACTIVITY | _JSON)
def test_any_json_is_mapped_to_rows_that_can_be_told_as_text(value):
    for table, row in mapped(value):
        columns = Columns(table)
        columns.add(1, row)
        (told,) = columns.take(0)
        assert told.rows.num_rows == 1
        assert set(row) <= set(told.rows.schema.names)


@_BOUNDED
@given(values=st.lists(_JSON, max_size=8), block=st.integers(1, 40), in_object=st.booleans())
def test_a_document_read_in_small_blocks_gives_the_items_that_json_gives(
    values, block, in_object, tmp_path, monkeypatch
):
    monkeypatch.setattr(_json, "_BLOCK", block)
    path = tmp_path / "a.json"
    document = {"a": [1, {"items": 2}], "items": values, "b": "]"} if in_object else values
    path.write_text(json.dumps(document))
    found = [item.value for item, is_item, _ in _json.document_items(path, "a.json") if is_item]
    assert found == values


@_BOUNDED
@given(content=st.binary(max_size=300))
@example(content=b'{"type": "Delete"}')
@example(content=b'{"orderedItems": [')
@example(content=b"[1e400, NaN]")
def test_any_bytes_as_activities_give_rows_or_a_sentence(content, tmp_path):
    (tmp_path / "a.json").write_bytes(content)
    _rows_or_a_sentence(activity_files, tmp_path / "a.json")
    (tmp_path / "a.jsonl").write_bytes(content)
    _rows_or_a_sentence(activity_files, tmp_path / "a.jsonl")


@_BOUNDED
@given(before=st.integers(0, 400), junk=st.binary(max_size=8), after=st.integers(0, 400))
def test_a_damaged_dump_gives_rows_or_a_sentence(before, junk, after, tmp_path):
    rows = "".join(f'<row Id="{i}" PostId="1" CreationDate="2020-01-01" />' for i in range(8))
    whole = f"<comments>{rows}</comments>".encode()
    folder = tmp_path / "dump"
    folder.mkdir(exist_ok=True)
    (folder / "Comments.xml").write_bytes(whole[:before] + junk + whole[after:])
    _rows_or_a_sentence(dump_files, folder)


@_BOUNDED
@given(content=st.binary(max_size=200) | st.text().map(lambda text: text.encode(errors="replace")))
@example(content=b'u1,"2024-01-01\nu2,2024-01-01\n')
@example(content=b"u1,2024-01-01\r\r\nu2,\x00\n")
def test_any_bytes_as_csv_or_lines_give_rows_or_a_sentence(content, tmp_path):
    (tmp_path / "users.csv").write_bytes(b"user_id,registered_at\n" + content)
    _rows_or_a_sentence(contract_files, tmp_path / "users.csv")
    (tmp_path / "users.jsonl").write_bytes(content)
    _rows_or_a_sentence(contract_files, tmp_path / "users.jsonl")


_TEXT = st.text(max_size=8) | st.sampled_from(
    ["like", "2024-01-01", "9e999", "[a]", "\0", "u1", "1"]
)
_ROW = st.dictionaries(
    st.sampled_from(
        ["interaction_id", "occurred_at", "actor_id", "verb", "dwell_seconds", "loaded_at"]
    ),
    _TEXT | st.none() | st.integers() | st.floats(),
)


@settings(_BOUNDED, max_examples=10)
@given(rows=st.lists(_ROW, min_size=1, max_size=12))
@pytest.mark.parametrize("times", [2])
def test_any_rows_are_landed_quarantined_or_duplicate_and_nothing_else(rows, times):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export" / "interactions.jsonl"
        path.parent.mkdir()
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        for turn in range(times):
            (account,) = import_source(Home(Path(folder) / "home"), "files", path)
            told = account.tables["interactions"]
            assert told.read == len(rows) == told.landed + told.quarantined + told.duplicate
            assert turn == 0 or told.duplicate == len(rows)
