"""A release on the server: whole, described, keyed, repeatable, and never two at once."""

from collections.abc import Callable
from typing import Any

import pytest
from served_homes import ROWS, Publish
from serving_desks import Desk

from bench.servers import Session
from townsquare import release
from townsquare.errors import TownsquareError
from townsquare.serving import _loading
from townsquare.settings import Home

Psql = Callable[[str], Session]


def test_a_release_is_served_with_its_keys_and_words(
    desk: Desk, home: Home, publish: Publish
) -> None:
    release_id = publish(1)
    told = desk.serve(home)
    assert told["release_id"] == release_id and told["is_loaded"]
    assert desk.ask("select count(*), min(stamp) from users") == f"{ROWS}|1"
    assert desk.ask("select count(*) from user_days") == str(3 * ROWS)
    assert desk.ask("select distinct release_id from marts.users") == release_id
    assert desk.ask("select release_id from meta.releases") == release_id
    assert desk.ask("select release_id, is_current from serving.releases") == f"{release_id}|t"
    keys = desk.ask(
        "select string_agg(indexdef, '; ' order by indexdef) from pg_indexes "
        "where schemaname ~ '^release_'"
    )
    assert "UNIQUE INDEX users_pkey" in keys
    assert "UNIQUE INDEX user_days_pkey ON release_2025_07_01_1.user_days" in keys
    assert "btree (user_id, activity_date)" in keys
    assert "btree (activity_date)" in keys and "btree (content_id)" in keys
    for place in ("users", "marts.users"):
        assert desk.ask(f"select obj_description('{place}'::regclass)") == (
            "One row per user. It's small."
        )
        assert desk.ask(f"select col_description('{place}'::regclass, 2)") == (
            "The same in one release."
        )


def test_serving_again_changes_nothing_and_loads_nothing(served: Desk, home: Home) -> None:
    seen = "select oid, xmin from pg_class where relname = 'users' order by oid"
    before = served.ask(seen)
    told = served.serve(home)
    assert (told["is_loaded"], told["dropped"]) == (False, [])
    assert served.ask(seen) == before


def test_rolling_back_serves_the_older_release_without_loading_it(
    desk: Desk, home: Home, serve: Publish
) -> None:
    first = serve(1)
    serve(2)
    assert desk.ask("select max(stamp) from users") == "2"
    release.rollback(home, first)
    assert not desk.serve(home)["is_loaded"]
    assert desk.ask("select max(stamp) from users, meta.releases") == "1"
    assert desk.ask("select distinct release_id from marts.user_days") == first


def test_a_session_stays_on_its_release_while_two_more_come(
    served: Desk, home: Home, publish: Publish, psql: Psql, serve: Publish
) -> None:
    open_all_day = psql(served.url())
    asked = "select min(stamp), max(stamp), count(*) from (select stamp from users union all " \
        "select stamp from user_days) as all_of_it"  # fmt: skip
    assert open_all_day.ask(asked) == f"1|1|{4 * ROWS}"
    for stamp in (2, 3):
        serve(stamp)
        assert open_all_day.ask(asked) == f"1|1|{4 * ROWS}"
        assert open_all_day.ask("select max(release_id) from releases") == "2025-07-01.1"
        assert served.ask(asked) == f"{stamp}|{stamp}|{4 * ROWS}"
    publish(4)
    assert served.serve(home)["dropped"] == ["2025-07-01.1"]
    # Its release is gone: it is told so, and shown no other.
    assert 'relation "users" does not exist' in open_all_day.ask(asked)
    assert "moved on to release 2025-07-01.4" in open_all_day.ask("select * from marts.users")


def test_a_session_is_refused_a_name_that_has_moved_on_to_another_release(
    served: Desk, psql: Psql, serve: Publish
) -> None:
    analyst, follower = psql(served.url()), psql(served.url())
    for session in (analyst, follower):
        assert session.ask("select max(stamp) from marts.users") == "1"
    follower.ask("set search_path = marts, meta")
    serve(2)
    told = analyst.ask("select max(stamp) from marts.users")
    assert "moved on to release 2025-07-01.2" in told and "Connect again" in told
    assert analyst.ask("select max(stamp) from users") == "1"
    # One that says it follows is shown the newest, and every row says so.
    assert follower.ask("select max(stamp), max(release_id) from users") == "2|2025-07-01.2"


def test_a_snapshot_from_before_the_switch_is_refused_and_not_shown_empty_tables(
    served: Desk, psql: Psql, serve: Publish
) -> None:
    analyst = psql(served.url())
    analyst.ask("set search_path = marts, meta")
    analyst.ask("begin isolation level repeatable read")
    assert analyst.ask("select max(stamp) from users") == "1"
    serve(2)
    assert "began before release 2025-07-01.2 was here" in analyst.ask(
        "select count(*) from user_days"
    )
    analyst.ask("rollback")
    assert analyst.ask("select max(stamp) from user_days") == "2"


def test_what_became_current_while_rows_were_loaded_is_what_is_served_in_the_end(
    desk: Desk, home: Home, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollback in the middle finds the lock taken, gives up, and must not be forgotten."""
    first = publish(1)
    publish(2)
    load = _loading.load

    def load_while_rolled_back(*given: Any) -> int:
        release.rollback(home, first)
        return load(*given)

    monkeypatch.setattr(_loading, "load", load_while_rolled_back)
    assert desk.serve(home)["release_id"] == first
    assert desk.ask("select max(stamp) from users") == "1"


def test_a_transaction_across_a_switch_sees_one_release(
    served: Desk, psql: Psql, serve: Publish
) -> None:
    analyst = psql(served.url())
    analyst.ask("begin")
    assert analyst.ask("select max(stamp) from users") == "1"
    serve(2)
    assert analyst.ask("select max(stamp) from user_days") == "1"
    assert analyst.ask("select max(release_id) from releases") == "2025-07-01.1"
    assert "moved on" in analyst.ask("select max(stamp) from marts.user_days")


def test_a_release_that_arrives_short_is_not_switched_to(
    served: Desk, home: Home, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(2)
    query = _loading.Relation.query.fget  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        short = property(lambda one: query(one) + (" limit 999" if one.name == "users" else ""))
        patch.setattr(_loading.Relation, "query", short)
        with pytest.raises(
            TownsquareError, match="holds 999 rows of users, and release .* has 1,000"
        ):
            served.serve(home)
    assert served.ask("select max(stamp), count(*) from users") == f"1|{ROWS}"
    served.serve(home)
    assert served.ask("select max(stamp) from users") == "2"
    assert (
        served.ask("select count(*) from pg_namespace where nspname ~ '^(loading|retired)'") == "0"
    )
