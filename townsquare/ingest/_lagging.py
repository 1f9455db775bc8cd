"""Which tables end too early: what has landed of them is older than it should be."""

from datetime import date, timedelta

from townsquare.contract import load_tables
from townsquare.ingest._accounts import read_accounts
from townsquare.settings import Home


def lagging(home: Home, as_of: date, days: int) -> dict[str, date | None]:
    """The newest event date of every required table that ends more than `days` before the last day.

    The last day is the one before `as_of`. Tables whose rows are no events of a day are left out:
    a day on which nobody registers is not late.
    """
    expected = as_of - timedelta(days=1 + days)
    accounts = read_accounts(home)
    found: dict[str, date | None] = {}
    for name, declared in load_tables().items():
        if declared.required and declared.by_day:
            told = [account.tables[name] for account in accounts if name in account.tables]
            newest = max((day for one in told for day in one.event_dates), default=None)
            if newest is None or newest < expected:
                found[name] = newest
    return found
