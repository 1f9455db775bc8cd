"""Erasing a person: nothing of them is left, nobody else loses anything, the accounts are exact."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from homes import AS_OF, files_naming, landed, make

from townsquare import erasing, erasures, ingest, locking, release, steps
from townsquare.errors import TownsquareError
from townsquare.settings import Home


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def erased(before: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("erased") / "home")
    shutil.copytree(before.root, home.root, symlinks=True)
    erasing.erase(home, "u1", "u1 asked by letter")
    return home


@pytest.fixture
def again(before: Home, tmp_path: Path) -> Home:
    """A copy in which the person still is."""
    home = Home(tmp_path / "home")
    shutil.copytree(before.root, home.root, symlinks=True)
    return home


def current(home: Home, query: str) -> list[tuple[object, ...]]:
    path = home.current.resolve() / "townsquare.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_search_of_every_file_finds_the_person_before_and_nothing_afterwards(
    before: Home, erased: Home
) -> None:
    found = files_naming(before, "u1")
    for place in (
        "landing/", "quarantine/rows/", "quarantine/releases/", "releases/2025-03-10.1/",
        "releases/2025-03-10.2/", "scores/", "frames/", "airflow/airflow.db", "airflow/logs/",
        "models/learned/", ".sql_history", "inputs/", "learned/", "warehouse/",
    ):  # fmt: skip
        assert any(name.startswith(place) for name in found), place
    assert any(name.endswith(".gz") for name in found)
    assert files_naming(erased, "u1") == []


@pytest.mark.parametrize("other", ["u12", "u1-b", "u2"])
def test_ids_that_only_begin_alike_are_still_in_every_kept_file(
    before: Home, erased: Home, other: str
) -> None:
    rebuilt = ("inputs/", "learned/", "warehouse/", "frames/")
    kept = [
        name
        for name in files_naming(before, other)
        if not name.startswith(rebuilt) and not name.endswith(".npz")
    ]
    assert kept
    assert files_naming(erased, other) == kept


def test_the_persons_own_rows_go_and_those_of_others_stay(erased: Home) -> None:
    assert [row["user_id"] for row in landed(erased, "users")] == ["u1-b", "u12", "u2"]
    assert [row["interaction_id"] for row in landed(erased, "interactions")] == ["i2", "i3"]
    assert [row["relation_id"] for row in landed(erased, "relations")] == ["r1", "r2", "r4"]


def test_what_others_said_of_the_person_refers_to_nobody(erased: Home) -> None:
    (reply,) = landed(erased, "contents")
    assert reply["content_id"] == "c2"
    assert reply["body"] == "ask [erased], [erased] and not u12 or u1-b"
    liked, reported = landed(erased, "interactions")
    follow, unfollow, _ = landed(erased, "relations")
    # One stand-in for one content or person, so that threads and ties still hang together.
    assert reply["reply_to_id"] == reply["root_id"] == liked["content_id"]
    assert str(reply["reply_to_id"]).startswith("erased-")
    assert reported["target_user_id"] is None
    assert follow["target_id"] == unfollow["target_id"]
    assert str(follow["target_id"]).startswith("erased-")
    assert follow["target_id"] != reply["reply_to_id"]


def test_the_accounts_stay_exact(before: Home, erased: Home) -> None:
    """Of u1: 1 user and 1 refused version, c1 and the refused c3, i1, r3: 4 landed, 2 refused."""
    for account in ingest.read_accounts(erased):
        account.check()
    tables = [one for account in ingest.read_accounts(erased) for one in account.tables.values()]
    then = [one for account in ingest.read_accounts(before) for one in account.tables.values()]
    assert sum(one.erased for one in tables) == 6
    assert sum(one.landed for one in then) - sum(one.landed for one in tables) == 4
    assert sum(one.quarantined for one in then) - sum(one.quarantined for one in tables) == 2
    assert sum(one.read for one in tables) == sum(one.read for one in then)
    assert ingest.verify(erased)[1] == []


def test_every_kept_release_is_clean_whole_and_vouched_for(before: Home, erased: Home) -> None:
    assert release.verify(erased) == (2, [])
    for kept in release.list_releases(erased):
        folder = erased.releases / str(kept["release_id"])
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert len(manifest["erasures"]) == 1
        assert manifest["relations"]["users"]["rows"] == 3
    assert current(erased, "select user_id from users") == [("u12",), ("u1-b",), ("u2",)]
    assert current(erased, "select content_id, title, tags from contents") == [
        ("c2", "what [erased] said", ["u12"])
    ]
    assert current(erased, "from content_days") == [("c2", 5)]
    assert current(erased, "from ties") == [("u2", "u12")]
    assert current(erased, "select top_members from communities") == [(["u2", "u12"],)]
    assert current(erased, "select entity_id from scores") == [("u12",)]
    assert current(erased, "from daily_metrics") == current(before, "from daily_metrics")
    described = "select comment from duckdb_columns() where comment is not null and not internal"
    assert current(erased, described) == current(before, described)


def test_a_release_that_never_named_the_person_tells_of_the_erasure_all_the_same(
    again: Home, tmp_path: Path
) -> None:
    databases = [
        again.releases / str(kept["release_id"]) / "townsquare.duckdb"
        for kept in release.list_releases(again)
    ]
    for path in databases:
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "insert into meta.model_versions (score_name, model_version, n_erased) "
                "values ('churn', 'v1', 0), ('churn', 'v2', 0)"
            )
    erasing.erase(again, "u1", "asked")
    export = tmp_path / "later"
    export.mkdir()
    zed = {"user_id": "zed-9", "registered_at": "2025-03-01T10:00:00Z"}
    (export / "users.jsonl").write_text(json.dumps(zed) + "\n", encoding="utf-8")
    ingest.import_source(again, "files", export)
    erasing.erase(again, "zed-9", "asked too")
    receipts = [str(one["receipt"]) for one in erasures.receipts(again)]
    assert len(receipts) == 2
    for path in databases:
        with duckdb.connect(str(path), read_only=True) as connection:
            told = connection.execute("select receipt, reason from meta.erasures").fetchall()
            models = connection.execute(
                "select model_version, n_erased from meta.model_versions order by all"
            ).fetchall()
        assert told == list(zip(receipts, ["asked", "asked too"], strict=True))
        seen = erasures.erased_from(again)
        assert seen["churn/v1"] == 2
        assert models == [(name, seen.get(f"churn/{name}", 0)) for name in ("v1", "v2")]
        manifest = json.loads(path.with_name("manifest.json").read_text(encoding="utf-8"))
        assert manifest["erasures"] == sorted(receipts)
    assert release.verify(again) == (2, [])


def test_a_release_that_is_written_anew_is_on_the_disk_before_the_old_one_goes(
    again: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut would otherwise leave an empty file where a release stood."""
    synced: list[Path] = []
    monkeypatch.setattr("townsquare.whole.sync", synced.append)
    erasing.erase(again, "u1", "asked")
    folder = again.current.resolve()
    written = [path.name for path in synced if path.parent == folder]
    assert any(name.startswith(".townsquare.duckdb.") for name in written)
    assert folder in synced
    landing = again.landing / "users"
    assert any(path.is_relative_to(landing) and path.suffix == ".partial" for path in synced)


def test_a_receipt_stays_that_names_no_one(erased: Home) -> None:
    (receipt,) = erasures.receipts(erased)
    assert receipt["unsearched"] == []
    assert receipt["reason"] == "[erased] asked by letter"
    assert (receipt["landed_rows"], receipt["quarantined_rows"]) == (4, 2)
    assert not erased.erasing.exists()


def test_the_models_that_had_seen_the_person_are_flagged(erased: Home) -> None:
    assert erasures.erased_from(erased) == {"churn/v1": 1}


def test_a_log_that_another_process_writes_to_keeps_its_size(before: Home, erased: Home) -> None:
    log = Path("airflow/logs/scheduler.log")
    assert (erased.root / log).read_text() == "landed ** and u12\n"
    assert (erased.root / log).stat().st_size == (before.root / log).stat().st_size


def test_the_form_that_asked_for_it_names_no_one(erased: Home) -> None:
    with closing(sqlite3.connect(erased.airflow / "airflow.db")) as store:
        runs = store.execute("select dag_id, conf from dag_run order by id").fetchall()
        logs = store.execute("select dag_id, extra from log").fetchall()
    assert json.loads(runs[0][1])["user"] == "[erased]"
    assert json.loads(runs[1][1]) == {"for": "u12"}
    assert logs == [("other", "[erased] and u12")]


@pytest.mark.parametrize(
    "killed_in",
    [
        "_landing.clean_quarantine", "_landing.settle_accounts", "erasures.write_receipt",
        "_releases.clean_releases", "_clean_rest", "erasures.delete_journal",
    ],
)  # fmt: skip
def test_an_erasure_that_was_killed_is_finished_by_the_next(
    again: Home, monkeypatch: pytest.MonkeyPatch, killed_in: str
) -> None:
    module = "townsquare.erasing._erasing"

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.{killed_in}", die)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(again, "u1", "asked")
    assert again.erasing.exists()
    assert again.erasing.stat().st_mode & 0o077 == 0
    with pytest.raises(TownsquareError, match="interrupted; finish it first"):
        steps.land(again, AS_OF.isoformat())

    erasing.check(again, "u1")
    erasing.erase(again, "u1", "asked")

    assert files_naming(again, "u1") == []
    assert ingest.verify(again)[1] == []
    assert release.verify(again) == (2, [])
    (receipt,) = erasures.receipts(again)
    assert (receipt["landed_rows"], receipt["quarantined_rows"]) == (4, 2)
    assert erasures.erased_from(again) == {"churn/v1": 1}


def test_a_file_that_cannot_be_cleaned_stops_it_by_name(
    again: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("townsquare.erasing._texts.clean", lambda *_: None)
    with pytest.raises(TownsquareError, match=r"still name the person.*scheduler\.log"):
        erasing.erase(again, "u1", "asked")
    assert again.erasing.exists()


def test_nobody_is_erased_by_an_id_that_no_one_has(again: Home) -> None:
    before = files_naming(again, "u1")
    for unknown in ("u", "u9", "U1", "1"):
        with pytest.raises(TownsquareError, match=f"names no user '{unknown}'"):
            erasing.erase(again, unknown, "asked")
    assert files_naming(again, "u1") == before
    assert not again.erasures.exists()


@pytest.mark.parametrize("lock", [locking.writer, locking.replaying])
def test_a_busy_home_is_left_alone(again: Home, lock: Callable[..., object]) -> None:
    with lock(again, "testing"), pytest.raises(TownsquareError, match="testing"):  # type: ignore[attr-defined]
        erasing.erase(again, "u1", "asked")
    assert not again.erasing.exists()


def test_airflow_can_forget_the_id_after_its_own_task_has_ended(again: Home) -> None:
    erasing.erase(again, "u1", "asked", keep_journal=True)
    assert again.erasing.exists()
    (again.airflow / "logs" / "scheduler.log").write_text("the task of u1 has ended\n")

    erasing.finish(again)

    assert files_naming(again, "u1") == []
    with pytest.raises(TownsquareError, match="no erasure that waits"):
        erasing.finish(again)


def test_a_database_that_somebody_holds_is_told_and_cleaned_the_next_time(
    again: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("townsquare.erasing._stores.WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(again.airflow / "airflow.db")) as holder:
        holder.execute("begin immediate")
        with pytest.raises(TownsquareError, match="wait until no task runs"):
            erasing.erase(again, "u1", "asked")
        holder.rollback()

    erasing.erase(again, "u1", "asked")

    assert files_naming(again, "u1") == []


def test_a_number_is_erased_by_column_and_other_numbers_stay(tmp_path: Path) -> None:
    """On Stack Exchange user 12 and content 12 are two things, and a text may speak of 12 cats."""
    home, export = Home(tmp_path / "home"), tmp_path / "export"
    export.mkdir()
    users = [{"user_id": user, "registered_at": "2025-03-01T10:00:00Z"} for user in ("12", "7")]
    contents = [
        {"content_id": name, "author_id": author, "published_at": "2025-03-02T10:00:00Z",
         "kind": "post", "body": "12 cats"}
        for name, author in (("12", "7"), ("5", "12"))
    ]  # fmt: skip
    for table, rows in (("users", users), ("contents", contents)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (export / f"{table}.jsonl").write_text(text, encoding="utf-8")
    ingest.import_source(home, "files", export)

    erasing.erase(home, "12", "asked")

    assert [row["user_id"] for row in landed(home, "users")] == ["7"]
    (kept,) = landed(home, "contents")
    assert (kept["content_id"], kept["author_id"], kept["body"]) == ("12", "7", "12 cats")
