"""The accounts of what was landed: one per source file, stored in the home, exact to the row."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from townsquare.errors import TownsquareError
from townsquare.ingest._places import accounts_folder, write_durably
from townsquare.settings import Home


@dataclass
class TableAccount:
    """What became of the rows of one source file that belong to one contract table.

    `erased` were landed or quarantined once and taken out again with the person they were about.
    """

    read: int = 0
    landed: int = 0
    quarantined: int = 0
    duplicate: int = 0
    erased: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    event_dates: list[date] = field(default_factory=list)

    @property
    def accounted(self) -> int:
        """The rows whose fate is told; it must be every row read."""
        return self.landed + self.quarantined + self.duplicate + self.erased

    def check(self, what: str) -> None:
        """Raise unless every row read is accounted for once."""
        if self.read != self.accounted or sum(self.reasons.values()) != self.quarantined:
            raise AssertionError(
                f"{what}: {self.read} rows read, but {self.landed} landed, {self.quarantined} "
                f"quarantined ({sum(self.reasons.values())} with a reason), {self.duplicate} "
                f"duplicate, {self.erased} erased; nothing of this batch is landed"
            )


@dataclass(frozen=True)
class Account:
    """What became of one source file; `not_imported` says why the contract has no place for it."""

    batch_id: str
    sequence: int
    adapter: str
    source_file: str
    fingerprint: str
    landed_at: datetime
    tables: dict[str, TableAccount]
    not_imported: str | None = None

    def check(self) -> None:
        """Raise unless read = landed + quarantined + duplicate + erased in every table."""
        for name, table in self.tables.items():
            table.check(f"{self.source_file}, {name}")


def to_json(accounts: Iterable[Account]) -> str:
    """The accounts of one batch as they are stored."""
    return json.dumps([asdict(account) for account in accounts], default=_plain)


def _plain(value: date | datetime) -> str:
    return value.isoformat()


def _account(told: dict[str, Any]) -> Account:
    tables = {
        name: TableAccount(
            **{**table, "event_dates": [date.fromisoformat(d) for d in table["event_dates"]]}
        )
        for name, table in told["tables"].items()
    }
    return Account(
        **{**told, "landed_at": datetime.fromisoformat(told["landed_at"]), "tables": tables}
    )


def read_account_file(path: Path) -> list[Account]:
    """The accounts of one batch; a sentence where the file is none."""
    try:
        return [_account(told) for told in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, KeyError, TypeError) as error:
        raise TownsquareError(
            f"{path} is not an account of landed files ({error}); restore it from a backup, or "
            "delete the home and import again."
        ) from error


def read_batches(home: Home) -> dict[Path, list[Account]]:
    """The accounts of every batch by the file that they are stored in."""
    return {path: read_account_file(path) for path in sorted(accounts_folder(home).glob("*.json"))}


def write_batch(path: Path, accounts: Iterable[Account]) -> None:
    """Replace the accounts of a batch that was landed before, should they still add up."""
    told = list(accounts)
    for account in told:
        account.check()
    write_durably(path, to_json(told))


def read_accounts(home: Home) -> list[Account]:
    """Every account of this home in the order of landing."""
    accounts = [account for batch in read_batches(home).values() for account in batch]
    return sorted(accounts, key=lambda account: account.sequence)
