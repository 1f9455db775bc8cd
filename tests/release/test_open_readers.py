"""An analyst's transaction, open while the world moves on."""

from collections.abc import Callable

import duckdb
from conftest import write_marts

from townsquare import release
from townsquare.settings import Home

Publish = Callable[..., str]


def test_a_transaction_stays_on_its_release_while_many_are_published_and_its_own_is_pruned(
    home: Home, publish: Publish
) -> None:
    first = publish()
    path = home.current.resolve() / "townsquare.duckdb"
    with duckdb.connect(str(path), read_only=True) as analyst:
        analyst.execute("begin transaction")
        asked = "select count(*), sum(user_id), max(stamp) from users"
        before = analyst.execute(asked).fetchall()

        for stamp in range(2, 14):
            write_marts(home, stamp)
            publish(keep=2)
            assert analyst.execute(asked).fetchall() == before

        assert not (home.releases / first).exists()
        # what was not read before can still be read, and a comment is no file of its own
        assert analyst.execute("select sum(user_id) from daily_metrics").fetchall() == [(499500,)]
        assert analyst.execute("select release_id from meta.releases").fetchall() == [(first,)]
        analyst.execute("commit")
    kept = [one["release_id"] for one in release.list_releases(home)]
    assert kept == ["2025-07-01.13", "2025-07-01.12"]
    assert release.verify(home) == (2, [])
