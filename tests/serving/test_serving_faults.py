"""What is refused in one sentence, and what is put right after a kill."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from served_homes import Publish
from serving_desks import Desk

from bench.servers import Session
from townsquare import serving
from townsquare.errors import TownsquareError
from townsquare.serving import _server, _switching
from townsquare.settings import SERVING_URL, Home

Psql = Callable[[str], Session]
LEFT = "select count(*) from pg_namespace where nspname ~ '^(loading|retired)_'"
# Stops where it is told to, so that it can be killed there.
STOPPING = """
import os, signal, sys
from townsquare.serving import {module}
from townsquare import serving
from townsquare.settings import Home
def stop(*_, **__):
    sys.stdout.write("here")
    sys.stdout.flush()
    signal.pause()
{module}.{name} = stop
serving.serve(Home.from_environment())
"""


@pytest.mark.parametrize(
    ("module", "name"), [("_loading", "_counted"), ("_loading", "make_views"),
                         ("_switching", "_entries")],
)  # fmt: skip
def test_what_a_killed_serving_left_is_swept_by_the_next(
    served: Desk, home: Home, publish: Publish, module: str, name: str
) -> None:
    publish(2)
    told = "select max(users.stamp) from users, marts.users as stable"
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPING.format(module=module, name=name)],
        env={**os.environ, "TOWNSQUARE_HOME": str(home.root)},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout and process.stdout.read(4) == b"here"
        assert served.ask(told) == "1"
    finally:
        process.kill()
        process.communicate()
    assert served.ask(told) == "1"
    assert served.ask(LEFT) != "0"
    assert served.serve(home)["release_id"] == "2025-07-01.2"
    assert served.ask(told) == "2"
    assert served.ask(LEFT) == "0"


def test_only_one_process_serves_into_a_database(
    desk: Desk, home: Home, publish: Publish, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(1)
    monkeypatch.setattr(_server, "PATIENCE_SECONDS", 0.2)
    other = psql(desk.url("townsquare"))
    assert other.ask(f"select pg_try_advisory_lock({_server.LOCK})") == "t"
    with pytest.raises(TownsquareError, match="Another process has been serving into .*wait"):
        desk.serve(home)
    other.ask("select pg_advisory_unlock_all()")
    desk.serve(home)


def test_what_is_read_is_dropped_when_its_reader_ends(
    served: Desk, home: Home, psql: Psql, caplog: pytest.LogCaptureFixture, serve: Publish
) -> None:
    reader = psql(served.url())
    reader.ask("begin")
    reader.ask("select count(*) from marts.users")
    serve(2)
    assert "still being read" in caplog.text
    reader.ask("commit")
    served.serve(home)
    assert served.ask(LEFT) == "0"


def test_a_database_that_others_use_is_not_taken(desk: Desk, home: Home, publish: Publish) -> None:
    publish(1)
    desk.ask("create schema marts", "townsquare")
    desk.ask("create table marts.own (i integer)", "townsquare")
    with pytest.raises(TownsquareError, match="holds marts.own, which is not of a release; give"):
        desk.serve(home)
    assert desk.ask("select count(*) from marts.own", "townsquare") == "0"


def test_no_server_and_one_that_cannot_be_reached_are_told(
    home: Home, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SERVING_URL, raising=False)
    publish(1)
    assert serving.follow(home) is None
    with pytest.raises(TownsquareError, match="No server is named .* set TOWNSQUARE_SERVING_URL"):
        serving.serve(home)
    monkeypatch.setenv(SERVING_URL, "postgresql://ada:hidden@127.0.0.1:1/serving")
    with pytest.raises(TownsquareError, match="server at 127.0.0.1/serving refuses") as refused:
        serving.serve(home)
    assert "hidden" not in str(refused.value)


def test_what_the_home_has_merely_pruned_is_left_to_its_readers(
    desk: Desk, home: Home, publish: Publish, psql: Psql, serve: Publish
) -> None:
    for stamp in (1, 2):
        serve(stamp)
    reader = psql(desk.url("ada"))
    reader.ask("begin")
    reader.ask("select count(*) from marts.users")
    publish(3)
    for name in ("2025-07-01.1", "2025-07-01.2"):
        shutil.rmtree(home.releases / name)
    assert desk.serve(home)["dropped"] == ["2025-07-01.1", "2025-07-01.2"]
    assert reader.ask("select count(*) from marts.user_days") != "0"


def test_an_erasure_that_does_not_see_the_server_stays_open(
    served: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SERVING_URL)
    assert serving.follow(home) is None
    with pytest.raises(TownsquareError, match="served.txt says .* still holds who is to be erased"):
        serving.follow(home, erased=True)
    (home.root / "served.txt").unlink()
    assert serving.follow(home, erased=True) is None


def test_an_erasure_ends_only_when_no_reader_holds_the_person_any_more(
    desk: Desk, home: Home, psql: Psql, monkeypatch: pytest.MonkeyPatch, serve: Publish
) -> None:
    from townsquare.erasing import _releases
    from townsquare.erasing._person import Person

    for stamp in (1, 2):
        serve(stamp)
    reader = psql(desk.url())
    reader.ask("begin")
    assert reader.ask("select count(*) from users where user_id = 'u7'") == "1"
    assert _releases.clean_releases(home, Person("u7", "erased-1", {}), "r1") == 2
    monkeypatch.setattr(_switching, "INSIST_SECONDS", 0.5)
    with pytest.raises(TownsquareError, match=r"Sessions of ada \(process \d+\) still read"):
        serving.follow(home, erased=True)
    with pytest.raises(TownsquareError, match="still read what must be erased"):
        serving.follow(home, erased=True)  # and asking again does not make it forgotten
    assert desk.ask("select count(*) from users where user_id = 'u7'") == "0"
    reader.ask("commit")
    statistics = "select pg_relation_filenode('pg_catalog.pg_statistic')"
    before = desk.ask(statistics)
    serving.follow(home, erased=True)
    assert desk.ask(statistics) != before  # bounds that name the person went with the old file
    places = desk.ask(
        "select string_agg(nspname, ' ' order by nspname) from pg_namespace "
        "where nspname ~ '^(release|loading|retired)_'"
    )
    assert places == "release_2025_07_01_2 release_2025_07_01_2_meta"
    # The session that had begun before reads the same release, now without the person.
    assert reader.ask("select count(*) from users where user_id = 'u7'") == "0"


def test_the_command_serves_and_a_rollback_reaches_the_server(
    desk: Desk,
    home: Home,
    publish: Publish,
    townsquare: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    first = publish(1)
    assert f"The server reads {first}; loaded" in townsquare(home.root, "serve").stderr
    publish(2)
    assert '"release_id": "2025-07-01.2"' in townsquare(home.root, "serve", "--json").stdout
    assert f"The server reads {first}" in townsquare(home.root, "rollback", first).stderr
    assert desk.ask("select max(stamp) from users") == "1"
