"""What a release says has moved since the one before it."""

from collections.abc import Callable
from datetime import date, timedelta

import conftest as homes
import duckdb
import pytest

from townsquare.settings import Home

Publish = Callable[..., str]
Ask = Callable[[str], list[tuple[object, ...]]]
FIRST, AS_OF = date(2025, 1, 1), date(2025, 6, 30)


def write_days(home: Home, as_of: date, last: int, scores: float = 0.5) -> None:
    """Daily figures that move by 10 to 20 from week to week, then `last` on the newest day."""
    n_days = (as_of - FIRST).days
    with duckdb.connect(str(home.marts)) as connection:
        connection.execute(
            "create or replace table daily_metrics as "
            "select cast(date '2025-01-01' + i::integer as date) as activity_date, "
            f"case when i = {n_days} - 1 then {last} else 100 * (i // 7) + i % 7 * 13 "
            f"+ (i // 7) % 2 * 10 end as dau, true as is_complete from range({n_days}) as days (i)"
        )
        connection.execute(
            "create or replace table latest_scores as select 'churn' as score_name, "
            f"i as entity_id, {scores} + i % 3 * 0.01 as score from range(100) as people (i)"
        )


@pytest.fixture
def two(home: Home, publish: Publish) -> Callable[..., None]:
    """Publish a release and another so many days later, whose last day is this figure."""

    def run(later: int, last: int, scores: float = 0.5) -> None:
        homes.write_marts(home)
        write_days(home, AS_OF, 2500)
        publish(as_of=AS_OF)
        write_days(home, AS_OF + timedelta(days=later), last, scores)
        publish(as_of=AS_OF + timedelta(days=later))

    return run


def test_a_first_release_has_moved_from_nothing(publish: Publish, ask: Ask) -> None:
    publish()
    assert ask("from meta.changes") == []


def test_a_metric_is_held_against_what_such_days_usually_do(
    two: Callable[..., None], ask: Ask
) -> None:
    two(later=7, last=2600)
    ((value, before, low, high, n_compared, unusual),) = ask(
        "select value, value_before, usual_low, usual_high, n_compared, is_unusual "
        "from meta.changes where kind = 'metric'"
    )
    assert (value, before) == (2600, 2500)
    # from week to week the figure rises by 90 or 110; both releases rise by 100
    assert 85 <= float(str(low)) <= 95 and 105 <= float(str(high)) <= 115
    assert n_compared == 25
    assert unusual is False


def test_a_leap_is_unusual_and_a_day_told_otherwise_too(
    home: Home, two: Callable[..., None], publish: Publish, ask: Ask
) -> None:
    two(later=7, last=4000)
    asked = "select is_unusual, usual_low, usual_high from meta.changes where kind = 'metric'"
    assert ask(asked)[0][0] is True
    write_days(home, AS_OF + timedelta(days=7), 4001)
    publish(as_of=AS_OF + timedelta(days=7))
    assert ask(asked) == [(True, 0, 0)]


def test_a_short_history_gives_no_usual_range(home: Home, publish: Publish, ask: Ask) -> None:
    for n_days in (40, 47):
        write_days(home, FIRST + timedelta(days=n_days), 700)
        publish(as_of=FIRST + timedelta(days=n_days))
    assert ask("select change, usual_low, is_unusual from meta.changes where kind = 'metric'") == [
        (0, None, None)
    ]


def test_a_score_moves_for_certain_or_not(
    home: Home, two: Callable[..., None], publish: Publish, ask: Ask
) -> None:
    two(later=7, last=2600)
    asked = (
        "select round(change, 6), change_low <= change, is_unusual, n_compared "
        "from meta.changes where kind = 'score'"
    )
    assert ask(asked) == [(0, True, False, 100)]
    write_days(home, AS_OF + timedelta(days=8), 2600, scores=0.6)
    publish(as_of=AS_OF + timedelta(days=8))
    assert ask(asked) == [(0.1, True, True, 100)]


def test_rows_and_failed_checks_stand_beside_those_of_the_release_before(
    home: Home, publish: Publish, ask: Ask
) -> None:
    publish()
    with duckdb.connect(str(home.marts)) as connection:
        connection.execute("delete from users where user_id < 10")
        connection.execute("drop table daily_metrics")
    before = publish(homes.check(success=False, severity="warning"))
    assert ask(
        "select kind, name, value_before, value, change from meta.changes order by kind, name"
    ) == [
        ("checks", "failed", 0, 1, 1),
        ("rows", "daily_metrics", 1000, None, None),
        ("rows", "users", 1000, 990, -10),
    ]
    publish()
    assert ask("select distinct before_release_id from meta.changes") == [(before,)]
