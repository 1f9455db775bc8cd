"""What holds of every import, whatever it was given: accounts and files tell the same rows."""

import duckdb

from townsquare.ingest import Account, read_accounts
from townsquare.settings import Home


def by_table(accounts: list[Account], part: str) -> dict[str, int]:
    counted: dict[str, int] = {}
    for account in accounts:
        for name, table in account.tables.items():
            counted[name] = counted.get(name, 0) + getattr(table, part)
    return {name: n for name, n in counted.items() if n}


def reasons(accounts: list[Account]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for account in accounts:
        for name, table in account.tables.items():
            for reason, n in table.reasons.items():
                of_table = counted.setdefault(name, {})
                of_table[reason] = of_table.get(reason, 0) + n
    return counted


def _rows(home: Home, pattern: str) -> dict[str, int]:
    """Rows that lie in a home by table, as files tell."""
    with duckdb.connect() as connection:
        counted = {
            folder.name: connection.sql(
                f"select count(*) from read_parquet('{folder}/{pattern}')"
            ).fetchall()[0][0]
            for folder in sorted((home.landing if "/" in pattern else home.rejected).glob("[a-z]*"))
        }
    return {name: n for name, n in counted.items() if n}


def assert_accounts_agree_with_files(home: Home, accounts: list[Account]) -> None:
    for account in accounts:
        for told in account.tables.values():
            assert told.read == told.landed + told.quarantined + told.duplicate
            assert sum(told.reasons.values()) == told.quarantined
    assert _rows(home, "*/*.parquet") == by_table(accounts, "landed")
    assert _rows(home, "*.parquet") == by_table(accounts, "quarantined")
    assert read_accounts(home) == accounts


def assert_nothing_landed(home: Home) -> None:
    assert read_accounts(home) == []
    assert _rows(home, "*/*.parquet") == {}
    assert not list(home.rejected.rglob("*.parquet"))
