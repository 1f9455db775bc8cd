"""The traps in which definitions are got wrong, each with its number worked out by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import honest_world
import pytest
from honest_world import AS_OF, BORDER
from marts_world import run_dbt

from townsquare import ingest
from townsquare.ingest import Account
from townsquare.settings import Home

MARTS = ("path:models/staging", "path:models/intermediate", "path:models/marts")
Ask = Callable[[str], list[tuple[Any, ...]]]


class World:
    """The network, landed twice, built as of BORDER and then on to AS_OF."""

    def __init__(self, folder: Any) -> None:
        self.home = Home(folder / "home")
        export = honest_world.write(folder / "export")
        self.landed = ingest.import_source(self.home, "files", export)
        self.landed_again = ingest.import_source(self.home, "files", export)
        run_dbt(self.home, BORDER, "run", "--full-refresh", "--select", *MARTS)
        self.sessions_at_border = self.ask("select user_id, n_activities, ended_at from sessions")
        between = [BORDER + timedelta(days=n) for n in range((AS_OF - BORDER).days)]
        run_dbt(self.home, AS_OF, "run", "--select", *MARTS, rebuild=between)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the marts."""
        with duckdb.connect(str(self.home.marts), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def ask(built: World) -> Ask:
    return built.ask


def on(day: str, column: str) -> str:
    return f"select {column} from daily_metrics where activity_date = date '{day}'"


def test_retention_is_weighed_by_users_and_not_a_mean_of_cohorts(ask: Ask) -> None:
    """Period 1, days 7 to 13: a1 comes back on day 7 (8 to 15 January) and c1 on day 7 (28 February
    to 6 March, the 29th between them). kiwi, punctual, b1, b2 and b3 do not. That is 2 of 7. The
    five cohorts' shares are 0, 0, 1, 0 and 1, and their mean, .4, would be another number.
    """
    period = ask(
        "select n_cohorts, n_users, n_retained_users, share_retained "
        "from retention_periods where period = 1"
    )
    assert period == [(5, 7, 2, pytest.approx(2 / 7))]
    simple = ask("select avg(share_retained) from retention_cohorts where period = 1")
    assert simple == [(pytest.approx(0.4),)]


def test_cells_in_which_nobody_came_are_zeros_and_count(ask: Ask) -> None:
    """Nobody came in days 14 to 20, but a1 did on day 21 (29 January). Of the cohorts for which the
    period is over, kiwi's, punctual's, a1's and the three b's, that is 0 of 6 bounded and 1 of 6
    unbounded; c1's days 14 to 20 are not over on 18 March and c1 is in neither number.
    """
    assert ask(
        "select n_users, n_retained_users, n_retained_users_unbounded, n_cohorts_left_out "
        "from retention_periods where period = 2"
    ) == [(6, 0, 1, 1)]
    assert ask(
        "select n_retained_users, share_retained from retention_cohorts "
        "where cohort_date = date '2024-01-15' and period = 2"
    ) == [(0, 0.0)]


def test_periods_that_are_not_over_are_null_and_flagged(ask: Ask) -> None:
    """c1's cohort is the week of 26 February. Its last member could register on 3 March, whose days
    14 to 20 end with 23 March; as of 18 March that is open, and period 3 has not begun. Period 11
    has begun for kiwi's week of 25 December alone (on 11 March) and ends on 23 or 24 March.
    """
    assert ask(
        "select period, n_retained_users, share_retained, is_complete from retention_cohorts "
        "where cohort_date = date '2024-02-26' order by period"
    ) == [(0, 1, 1.0, True), (1, 1, 1.0, True), (2, None, None, False)]
    assert ask("select * exclude (period) from retention_periods where period = 11") == [
        (0, 1, None, None, None, None, None, False)
    ]


def test_who_closed_the_account_or_never_came_stays_in_the_denominator(ask: Ask) -> None:
    """b3 registers on 21 January and closes the account on 1 February: the week of 15 January keeps
    3 users, the day keeps its new and its active user, only the attributes go. kiwi and punctual
    never do anything: period 0 is 5 of 7 and not 5 of 5.
    """
    assert ask("select n_users from retention_cohorts where cohort_date = date '2024-01-15' "
               "and period = 0") == [(3,)]  # fmt: skip
    assert ask(on("2024-01-21", "dau, n_new_users")) == [(1, 1)]
    assert ask("select is_closed, country from users where user_id = 'b3'") == [(True, None)]
    assert ask("select n_retained_users, n_users from retention_periods where period = 0") == [
        (5, 7)
    ]


def test_a_session_across_midnight_the_year_and_an_earlier_build_is_one(
    built: World, ask: Ask
) -> None:
    """owl is seen at 23:50 and 00:10. The build as of 1 January knows the first; the next one grows
    the same session to 2 activities and 20 minutes, dated by its start. So 1 January has an active
    user and no session that began on it.
    """
    assert ("owl", 1, datetime(2023, 12, 31, 23, 50)) in built.sessions_at_border
    assert ask(
        "select session_date, n_activities, duration_seconds, has_crossed_midnight "
        "from sessions where user_id = 'owl'"
    ) == [(date(2023, 12, 31), 2, 1200, True)]
    assert ask(on("2023-12-31", "dau, n_sessions")) == [(1, 1)]
    assert ask(on("2024-01-01", "dau, n_sessions")) == [(1, 0)]


def test_a_session_whose_middle_is_told_late_grows_together(ask: Ask) -> None:
    """late is seen at 23:40 and 00:20, 40 minutes apart, which is two sessions; the event at 00:00
    is told on the 13th and makes it one of 3 activities and 2,400 seconds.
    """
    assert ask("select n_activities, duration_seconds from sessions where user_id = 'late'") == [
        (3, 2400)
    ]


def test_a_pause_of_exactly_the_idle_time_does_not_end_a_session(ask: Ask) -> None:
    """10:00:00 and 10:30:00 are one session of 1,800 seconds; 11:00:01 comes a second too late."""
    assert ask(
        "select started_at, duration_seconds from sessions where user_id = 'pauser' order by 1"
    ) == [(datetime(2024, 1, 3, 10), 1800), (datetime(2024, 1, 3, 11, 0, 1), 0)]


def test_mean_session_length_is_over_sessions_and_not_over_users(ask: Ask) -> None:
    """On 3 January pauser has sessions of 1,800 and 0 seconds, stayer one of 600: 2,400 / 3 = 800.
    The mean of the two users' means would be (900 + 600) / 2 = 750.
    """
    assert ask(on("2024-01-03", "n_sessions, avg_session_seconds")) == [(3, 800)]


def test_days_are_utc_wherever_the_user_lives(ask: Ask) -> None:
    """Saturday 10 February in Auckland (UTC+13), 08:00 and 20:00, is the 9th 19:00 and the 10th
    07:00 UTC. In Los Angeles (UTC-8), 10:00 and 20:00, it is the 10th 18:00 and the 11th 04:00.
    Each lived one day and is active on two, and they meet on the 10th: DAU 1, 2, 1.
    """
    assert ask(
        "select user_id, activity_date, n_activities from user_days "
        "where user_id in ('auckland', 'angeles') order by all"
    ) == [
        ("angeles", date(2024, 2, 10), 1),
        ("angeles", date(2024, 2, 11), 1),
        ("auckland", date(2024, 2, 9), 1),
        ("auckland", date(2024, 2, 10), 1),
    ]
    days = ("2024-02-09", "2024-02-10", "2024-02-11")
    assert [ask(on(day, "dau"))[0][0] for day in days] == [1, 2, 1]


def test_the_year_turns_at_midnight_utc(ask: Ask) -> None:
    """kiwi registers at noon of 1 January in Auckland, which is 31 December 23:00 UTC, a Sunday, so
    in the week of 25 December. punctual registers at 00:00 UTC of Monday, 1 January 2024.
    """
    assert ask(
        "select user_id, registered_date from users "
        "where user_id in ('kiwi', 'punctual') order by 1"
    ) == [("kiwi", date(2023, 12, 31)), ("punctual", date(2024, 1, 1))]
    assert ask(
        "select cohort_date, n_users from retention_cohorts where period = 0 order by 1 limit 2"
    ) == [(date(2023, 12, 25), 1), (date(2024, 1, 1), 1)]


def test_an_hour_that_a_zone_lives_twice_is_two_hours(ask: Ask) -> None:
    """New York, 5 November 2023: 01:30 summer time is 05:30 UTC, 01:30 standard time is 06:30. That
    is two events an hour apart and two sessions, not one event told twice.
    """
    assert ask("select started_at from sessions where user_id = 'fold' order by 1") == [
        (datetime(2023, 11, 5, 5, 30),), (datetime(2023, 11, 5, 6, 30),),
    ]  # fmt: skip


def test_an_hour_that_a_zone_leaves_out_is_no_pause(ask: Ask) -> None:
    """New York, 10 March 2024: 01:59 standard time is 06:59 UTC, 03:01 summer time is 07:01. The
    clock on the wall moved by 62 minutes, the session lasts 120 seconds.
    """
    assert ask("select started_at, duration_seconds from sessions where user_id = 'spring'") == [
        (datetime(2024, 3, 10, 6, 59), 120)
    ]


def test_the_leap_day_is_a_day_of_its_own_in_every_window(ask: Ask) -> None:
    """On 29 February c1 and leap are active. The 28 days to 8 March begin on 10 February: auckland,
    angeles, c1, leap. Those to 9 March begin on the 11th (19 + 9 days) and lose auckland: 3. In a
    February of 28 days they would begin on the 10th. The 7 days to 6 March begin on the leap day.
    """
    assert ask(on("2024-02-29", "dau")) == [(2,)]
    assert ask(on("2024-03-08", "mau")) == [(4,)]
    assert ask(on("2024-03-09", "mau")) == [(3,)]
    assert [ask(on(day, "wau"))[0][0] for day in ("2024-03-06", "2024-03-07")] == [2, 1]


def test_every_date_of_the_history_is_there_once(ask: Ask) -> None:
    """From 5 November to 17 March: 26 + 31 + 31 + 29 + 17 = 134 days, the quiet ones included."""
    assert ask(
        "select count(*), count(distinct activity_date), min(activity_date), max(activity_date) "
        "from daily_metrics"
    ) == [(134, 134, date(2023, 11, 5), date(2024, 3, 17))]


def test_windows_that_begin_before_the_history_are_null(ask: Ask) -> None:
    """fold is alone on 5 November, the first day. The first 7 days end with the 11th, the first 28
    with 2 December: until then WAU and MAU are null and not 1. After both nobody is left: 0, and
    0 / 0 has no stickiness.
    """
    told = "dau, wau, is_wau_complete, mau, is_mau_complete, stickiness"
    assert ask(on("2023-11-05", told)) == [(1, None, False, None, False, None)]
    assert ask(on("2023-11-10", told)) == [(0, None, False, None, False, None)]
    assert ask(on("2023-11-11", told)) == [(0, 1, True, None, False, None)]
    assert ask(on("2023-12-01", told)) == [(0, 0, True, None, False, None)]
    assert ask(on("2023-12-02", told)) == [(0, 0, True, 1, True, 0.0)]
    assert ask(on("2023-12-03", told)) == [(0, 0, True, 0, True, None)]


def test_stickiness_is_the_days_users_over_the_months(ask: Ask) -> None:
    """3 January: pauser and stayer of owl, pauser and stayer (7 December to 3 January): 2 / 3."""
    assert ask(on("2024-01-03", "dau, mau, stickiness")) == [(2, 3, pytest.approx(2 / 3))]


def test_rates_of_a_content_are_ratios_of_sums(ask: Ask) -> None:
    """p has 10 views, 1 click, 1 engagement and 0 of 3 liked on its first day; 1, 1, 2 and 2 of 2
    on its second. Clicks per view are 2 / 11, engagements per view 3 / 11, liked 2 of 5. The
    means of the two days' rates would be .55, 1.05 and .5.
    """
    assert ask(
        "select clicks_per_view, engagements_per_view, share_liked "
        "from content_performance where content_id = 'p'"
    ) == [(pytest.approx(2 / 11), pytest.approx(3 / 11), pytest.approx(2 / 5))]


def test_what_was_taken_away_was_still_published(ask: Ask) -> None:
    """Two posts on 19 February, one taken away on the 20th: the day keeps 2, the ranking has 1."""
    assert ask(on("2024-02-19", "n_contents, n_posts")) == [(2, 2)]
    assert ask("select content_id from content_performance") == [("p",)]


def test_an_event_told_twice_counts_once_and_its_correction_replaces_it(
    built: World, ask: Ask
) -> None:
    """dup's view comes twice and is corrected to a like two days later: 1 activity, 0 views, 1
    like. Of the export's rows exactly that copy is a duplicate, and all of them when it is landed
    again.
    """
    assert ask(
        "select n_activities, n_interactions, n_views, n_likes_given from user_days "
        "where user_id = 'dup'"
    ) == [(1, 1, 0, 1)]

    def summed(accounts: list[Account]) -> tuple[int, int, int]:
        tables = [table for account in accounts for table in account.tables.values()]
        return (
            sum(table.read for table in tables),
            sum(table.landed for table in tables),
            sum(table.duplicate for table in tables),
        )

    n_rows = sum(len(told) for told in honest_world.rows.values())
    assert summed(built.landed) == (n_rows, n_rows - 1, 1)
    assert summed(built.landed_again) == (n_rows, 0, n_rows)
