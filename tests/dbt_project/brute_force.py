"""The user marts once more, in plain Python straight from the landed rows, for comparison."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow.parquet as pq

from townsquare.contract import load_tables
from townsquare.settings import Home

IDLE = timedelta(minutes=30)
EXPORT_LAG = timedelta(hours=6)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Knowledge:
    """What a reader of the landing knows as of a day."""

    as_of: date
    activities: dict[str, list[datetime]]  # by user, in order
    registered: dict[str, datetime]

    @property
    def active_dates(self) -> dict[str, set[date]]:
        """The days on which each user was active."""
        return {user: {at.date() for at in moments} for user, moments in self.activities.items()}

    @property
    def dates(self) -> list[date]:
        """Every day from the first activity to the day before as_of."""
        day = min(min(dates) for dates in self.active_dates.values())
        return [day + DAY * n for n in range((self.as_of - day).days)]


def know(home: Home, as_of: date) -> Knowledge:
    """Read the landing, keep the newest version of each key that is known as of the day."""
    actors = {
        "contents": "author_id",
        "interactions": "actor_id",
        "relations": "actor_id",
        "messages": "sender_id",
    }
    activities: dict[str, list[datetime]] = defaultdict(list)
    for table, actor in actors.items():
        for row in _newest(home, table, as_of):
            if row[actor] is not None:
                activities[row[actor]].append(row[load_tables()[table].event_time])
    registered = {row["user_id"]: row["registered_at"] for row in _newest(home, "users", as_of)}
    ordered = {user: sorted(moments) for user, moments in activities.items()}
    return Knowledge(as_of, ordered, registered)


def _newest(home: Home, table: str, as_of: date) -> Iterable[dict[str, Any]]:
    contract = load_tables()[table]
    midnight = datetime.combine(as_of, time())
    newest: dict[tuple[object, ...], dict[str, Any]] = {}
    for path in sorted((home.landing / table).glob("*/*.parquet")):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            if row["loaded_at"] < midnight + EXPORT_LAG and row[contract.event_time] < midnight:
                key = tuple(row[column] for column in contract.key)
                version = (row["loaded_at"], row["batch_id"])
                if key not in newest or version > (
                    newest[key]["loaded_at"],
                    newest[key]["batch_id"],
                ):
                    newest[key] = row
    return newest.values()


def sessions(known: Knowledge) -> set[tuple[str, datetime, datetime, int]]:
    """User, start, end and number of activities of every session."""
    found = set()
    for user, moments in known.activities.items():
        current = [moments[0]]
        for at in moments[1:]:
            if at - current[-1] > IDLE:
                found.add((user, current[0], current[-1], len(current)))
                current = []
            current.append(at)
        found.add((user, current[0], current[-1], len(current)))
    return found


def active_users(known: Knowledge, last: date, window_days: int) -> set[str]:
    """Users active on at least one of the days that end with `last`."""
    window = {last - DAY * n for n in range(window_days)}
    return {user for user, dates in known.active_dates.items() if dates & window}


def lifecycle(known: Knowledge) -> dict[tuple[date, str], tuple[int, int]]:
    """By date and state: users, and those of them active in the window 7 days before."""
    found = {}
    for day in known.dates:
        now = active_users(known, day, 7)
        before = active_users(known, day - DAY * 7, 7)
        ever_before = active_users(known, day - DAY * 7, 10_000)
        states = {
            "new": now - ever_before,
            "retained": now & before,
            "resurrected": (now & ever_before) - before,
            "dormant": ever_before - now,
        }
        for state, users in states.items():
            found[day, state] = (len(users), len(users & before))
    return found


def engagement(known: Knowledge) -> dict[tuple[date, int, int], int | None]:
    """By date, window and number of active days: users, or None before the window is full."""
    found: dict[tuple[date, int, int], int | None] = {}
    for position, day in enumerate(known.dates):
        for window_days in (7, 28):
            window = {day - DAY * n for n in range(window_days)}
            counts = [len(dates & window) for dates in known.active_dates.values()]
            for number in range(1, window_days + 1):
                full = position + 1 >= window_days
                found[day, window_days, number] = counts.count(number) if full else None
    return found


def metrics(known: Knowledge) -> dict[date, tuple[int, int | None, int | None, int]]:
    """By date: DAU, WAU, MAU (None before their windows are full) and new users."""
    found = {}
    registered = [at.date() for at in known.registered.values()]
    for position, day in enumerate(known.dates):
        found[day] = (
            len(active_users(known, day, 1)),
            len(active_users(known, day, 7)) if position >= 6 else None,
            len(active_users(known, day, 28)) if position >= 27 else None,
            registered.count(day),
        )
    return found


def retention(known: Knowledge) -> dict[tuple[date, int], tuple[int, int | None, int | None]]:
    """By cohort's Monday and period: its users, and who came in the period, and in it or later."""
    cohorts: dict[date, dict[str, date]] = defaultdict(dict)
    for user, at in known.registered.items():
        cohorts[at.date() - DAY * at.weekday()][user] = at.date()
    found: dict[tuple[date, int], tuple[int, int | None, int | None]] = {}
    for monday, members in cohorts.items():
        period = 0
        while monday + DAY * 7 * period < known.as_of:
            bounded = unbounded = 0
            for user, joined in members.items():
                ages = {(day - joined).days for day in known.active_dates.get(user, set())}
                bounded += any(7 * period <= age < 7 * period + 7 for age in ages)
                unbounded += any(age >= 7 * period for age in ages)
            over = monday + DAY * (6 + 7 * period + 7) <= known.as_of
            found[monday, period] = (
                len(members),
                bounded if over else None,
                unbounded if over else None,
            )
            period += 1
    return found
