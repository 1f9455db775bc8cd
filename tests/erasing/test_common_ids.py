"""An id that is a word or a short number: what says that a user is meant, and what does not."""

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from homes import landed

from townsquare import erasing, erasures, ingest
from townsquare.erasing import Person
from townsquare.settings import Home
from townsquare.sql_text import literal

ANNA = Person("anna", "erased-1", {})
TELLING = (
    "@anna", "well said, (@anna)!", "see /users/anna", "https://some.site/users/anna/profile",
    "/u/anna", "user_id = 'anna'", "where author_id in ('anna', 'bela')", "actor_id=anna",
    'OwnerUserId="anna"', '{"recipient_id": "anna"}', '{"user": "anna"}', "user_id: anna, 3 rows",
    r'{"event": "asked with {\"user\": \"anna\"}"}',
)  # fmt: skip
BARE = (
    "anna", "anna karenina", "write to bela@anna.org", "@annabel", "@anna-b", "/users/annabel",
    "user_id = 'annabel'", "the user anna", "users: anna", "content_id = 'anna'", "Anna",
)  # fmt: skip


@pytest.mark.parametrize("text", TELLING)
def test_an_id_is_taken_for_a_user_where_what_stands_before_it_says_so(text: str) -> None:
    clean = text.replace("anna", "[erased]", 1)
    assert ANNA.is_named_in(text)
    assert ANNA.scrubbed(text) == in_sql(text) == clean
    assert not ANNA.is_named_in(clean)
    masked = ANNA.masked(text.encode())
    assert masked == text.replace("anna", "****", 1).encode()


@pytest.mark.parametrize("text", BARE)
def test_a_bare_word_and_a_part_of_another_id_stay(text: str) -> None:
    assert not ANNA.is_named_in(text)
    assert ANNA.scrubbed(text) == in_sql(text) == text
    assert ANNA.masked(text.encode()) == text.encode()


def test_an_id_that_follows_itself_goes_whole_or_the_search_would_find_what_is_left() -> None:
    text = "@anna@anna, see /u/anna/u/anna"
    assert ANNA.scrubbed(text) == text.replace("anna", "[erased]")
    assert ANNA.masked(text.encode()) == text.replace("anna", "****").encode()


def test_what_stands_for_an_id_is_never_the_id(tmp_path: Path) -> None:
    home = _home_naming("erased", tmp_path)
    erasing.erase(home, "erased", "erased asked by letter")
    (reply,) = landed(home, "contents")
    assert reply["body"] == "as @[gone] said, erased is a word; see /users/[gone]/all"


def in_sql(text: str) -> str:
    """The same, as DuckDB does it in the cells of a table."""
    replaced = rf"regexp_replace({literal(text)}, {literal(ANNA.sql_pattern)}, '\1[erased]\2')"
    return str(duckdb.sql(f"select {replaced}").fetchall()[0][0])


@pytest.mark.parametrize("user_id", ["anna", "12"])
def test_nothing_that_says_that_it_is_the_user_is_left_in_any_file(
    user_id: str, tmp_path: Path
) -> None:
    home = _home_naming(user_id, tmp_path)
    told = {path: path.read_bytes() for path in home.root.rglob("*.log")}

    receipt = erasing.erase(home, user_id, f"{user_id} asked by letter")

    (reply,) = landed(home, "contents")
    assert reply["body"] == f"as @[erased] said, {user_id} is a word; see /users/[erased]/all"
    assert reply["tags"] == [user_id, "@[erased]"]
    for path, before in told.items():
        assert len(path.read_bytes()) == len(before)
        assert path.read_text() == f"actor_id={'*' * len(user_id)} has {user_id} rows"
    packed = gzip.decompress((home.airflow / "logs" / "old.log.gz").read_bytes())
    assert packed == f"user_id: {'*' * len(user_id)}".encode()
    with closing(sqlite3.connect(home.airflow / "airflow.db")) as store:
        ((conf,),) = store.execute("select conf from dag_run").fetchall()
    assert json.loads(conf) == {"user": "[erased]", "reason": "so that [erased] is gone"}
    history = (home.root / ".sql_history").read_text()
    assert history == f"select {user_id} from users where user_id = '[erased]'"
    # The receipt tells what was not looked at, and names no one.
    assert receipt["unsearched"] == ["texts, logs and pages that hold the id as a bare word"]
    assert erasures.receipts(home) == [receipt]
    assert receipt["reason"] == "[erased] asked by letter"


def _home_naming(user_id: str, folder: Path) -> Home:
    home, export = Home(folder / "home"), folder / "export"
    export.mkdir()
    at = "2025-03-01T10:00:00Z"
    users = [{"user_id": one, "registered_at": at} for one in (user_id, "7")]
    contents = [
        {"content_id": "c1", "author_id": "7", "published_at": at, "kind": "post",
         "tags": [user_id, f"@{user_id}"],
         "body": f"as @{user_id} said, {user_id} is a word; see /users/{user_id}/all"},
        {"content_id": "c2", "author_id": user_id, "published_at": at, "kind": "post"},
    ]  # fmt: skip
    for table, rows in (("users", users), ("contents", contents)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (export / f"{table}.jsonl").write_text(text, encoding="utf-8")
    ingest.import_source(home, "files", export)
    logs = home.airflow / "logs"
    logs.mkdir(parents=True)
    (logs / "task.log").write_text(f"actor_id={user_id} has {user_id} rows")
    (logs / "old.log.gz").write_bytes(gzip.compress(f"user_id: {user_id}".encode()))
    asked = f"select {user_id} from users where user_id = '{user_id}'"
    (home.root / ".sql_history").write_text(asked)
    with closing(sqlite3.connect(home.airflow / "airflow.db")) as store:
        store.execute("create table dag_run (id integer, dag_id text, conf text)")
        conf = json.dumps({"user": user_id, "reason": f"so that {user_id} is gone"})
        store.execute("insert into dag_run values (1, 'townsquare_erase', ?)", [conf])
        store.commit()
    return home
