"""The gates besides the data gate: what was landed, what models promised, what is there."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from townsquare.contract import load_tables
from townsquare.ingest import Account, TableAccount, read_accounts
from townsquare.quality._checks import Check, Severity
from townsquare.quality._profile import oldest_fresh_day
from townsquare.quality._rules import day, number, share
from townsquare.quality._source import Source
from townsquare.quality._suites import Suite
from townsquare.settings import Home
from townsquare.sql_text import identifier

MOST_QUARANTINED = 0.1  # a dump has rows that the contract has no place for: up to 6 % were seen
RECENT_DAYS = 28  # what was landed in the four weeks before now counts as this release's news
FEWEST_QUARANTINED = 20
SMALLEST_SHARE_KEPT = 0.8
LARGEST_GROWTH = 1.5
FEWEST_GROWN = 100
FEWEST_DAYS = 7


def contract_gate(home: Home, source: Source) -> Iterator[Check]:
    """Every landed row is accounted for, few were refused, and no table has gone silent."""
    accounts = read_accounts(home)
    for name in sorted(load_tables()):
        ours = [account.tables[name] for account in accounts if name in account.tables]
        if ours:
            yield _accounting(name, ours)
            yield _quarantine(name, _newest(accounts, name))
            yield from _silence(source, name, ours)


def _newest(accounts: Sequence[Account], name: str) -> list[TableAccount]:
    """What was landed of a table within four weeks of its newest batch."""
    ours = [account for account in accounts if name in account.tables]
    since = max(account.landed_at for account in ours) - timedelta(days=RECENT_DAYS)
    return [account.tables[name] for account in ours if account.landed_at >= since]


def _accounting(name: str, ours: Sequence[TableAccount]) -> Check:
    read = sum(one.read for one in ours)
    told = sum(one.accounted for one in ours)
    wrong = [one for one in ours if one.read != one.accounted]
    return _check(
        "contract", name, "accounting", not wrong, number(told), number(read),
        f"Of {name} {number(read)} rows were read, and {number(told)} are landed, quarantined, "
        "duplicate or erased; both must be equal in every file.",
    )  # fmt: skip


def _quarantine(name: str, ours: Sequence[TableAccount]) -> Check:
    read = sum(one.read for one in ours)
    refused = sum(one.quarantined for one in ours)
    reasons: dict[str, int] = {}
    for one in ours:
        for reason, count in one.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    most = max(reasons, key=lambda reason: reasons[reason], default="")
    held = refused <= max(MOST_QUARANTINED * read, FEWEST_QUARANTINED)
    why = f", most often because {most}" if most else ""
    return _check(
        "contract", name, "quarantine", held,
        share(refused / read if read else 0.0), f"at most {share(MOST_QUARANTINED)}",
        f"Of {name} {number(refused)} of the {number(read)} rows landed lately are in "
        f"quarantine{why}; at most {share(MOST_QUARANTINED)} are expected.",
    )  # fmt: skip


def _silence(source: Source, name: str, ours: Sequence[TableAccount]) -> Iterator[Check]:
    """A table that used to come and comes no more; optional tables only report."""
    days = sorted({one for table in ours for one in table.event_dates if one < source.as_of})
    if len(days) < FEWEST_DAYS:
        return
    oldest = oldest_fresh_day(source, days)
    severity: Severity = "critical" if load_tables()[name].required else "warning"
    yield _check(
        "contract", name, "freshness", days[-1] >= oldest, day(days[-1]), f"since {day(oldest)}",
        f"The newest day of {name} that has landed is {day(days[-1])}; "
        f"after its silences so far one since {day(oldest)} is expected.",
        severity=severity,
    )  # fmt: skip


def model_gate(home: Home, source: Source) -> Iterator[Check]:
    """Every score that has a champion is told as of this release, for somebody, by that model."""
    path = home.models / "capabilities.json"
    promised = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, sentence in sorted(promised.items()):
        if sentence == "available":
            yield _score(source, name)


def _score(source: Source, name: str) -> Check:
    if "latest_scores" not in source.columns:
        seen: tuple[int, date | None] = (0, None)
    else:
        found = source.one(
            "select count(*) as n, max(as_of_date) as newest from candidate.main.latest_scores "
            "where score_name = ?", name,
        )  # fmt: skip
        seen = (int(found["n"]), found["newest"])
    return _check(
        "model", name, "scored", seen[0] > 0 and seen[1] == source.as_of,
        f"{number(seen[0])} as of {day(seen[1])}", f"some as of {source.as_of}",
        f"latest_scores holds {number(seen[0])} scores of {name}, the newest as of {day(seen[1])}; "
        f"its champion promised some as of {source.as_of}.",
    )  # fmt: skip


def release_gate(source: Source, suites: Sequence[Suite]) -> Iterator[Check]:
    """The relations are there, know what is before as_of, and have neither collapsed nor doubled.

    A relation whose suite compares its days with the last release's may grow as it likes.
    """
    required = {suite.relation for suite in suites}
    told_by_days = {suite.relation for suite in suites if suite.compares_days}
    known = source.reference.rows if source.reference else {}
    growth = _growth(source, suites)
    for relation in sorted({*required, *known}):
        is_there = relation in source.columns
        yield _check(
            "release", relation, "presence", is_there, "there" if is_there else "missing", "there",
            f"{relation} is {'there' if is_there else 'missing'}; every release must hold it.",
        )  # fmt: skip
        if is_there and relation in known:
            most = None if relation in told_by_days else growth
            yield _size(source, relation, known[relation], most)
    for relation, columns in source.columns.items():
        if columns.get("as_of_date") == "DATE":
            yield from _clock(source, relation, columns)


def _size(source: Source, relation: str, before: int, growth: float | None) -> Check:
    now = int(source.one(f"select count(*) as n from candidate.main.{identifier(relation)}")["n"])
    least = before * SMALLEST_SHARE_KEPT if before > FEWEST_GROWN else min(before, 1)
    allowed, held = f"at least {number(round(least))}", now >= least
    if growth is not None:
        most = max(before * growth, before + FEWEST_GROWN)
        allowed = f"{number(round(least))} to {number(round(most))}"
        held = least <= now <= most
    return _check(
        "release", relation, "size", held, number(now), allowed,
        f"{relation} has {number(now)} rows and had {number(before)} in the last release; "
        f"{allowed} are expected.",
    )  # fmt: skip


def _growth(source: Source, suites: Sequence[Suite]) -> float:
    """How many times larger a relation may be: by half, and by more while the network is young."""
    starts = [
        source.one(f"select min({identifier(str(suite.event_date))}) as day from reference.main."
                   f"{identifier(suite.relation)}")["day"]
        for suite in suites
        if suite.event_date in source.reference_columns.get(suite.relation, {})
    ]  # fmt: skip
    first = min((start for start in starts if start), default=source.new_from)
    age = max((source.new_from - first).days, 1)
    return max(LARGEST_GROWTH, 1 + 3 * (source.as_of - source.new_from).days / age)


def _clock(source: Source, relation: str, columns: Iterable[str]) -> Iterator[Check]:
    """A mart is as of the release's own date; scores may be older, but never newer."""
    rows = f"candidate.main.{identifier(relation)}"
    newest = source.one(f"select max(as_of_date) as newest from {rows}")["newest"]
    if newest is not None:
        held = newest <= source.as_of if "score_name" in columns else newest == source.as_of
        yield _check(
            "release", relation, "as_of", held, day(newest), day(source.as_of),
            f"{relation} is as of {day(newest)}; the release is as of {day(source.as_of)}.",
            column="as_of_date",
        )  # fmt: skip


def _check(
    gate: str,
    relation: str,
    expectation: str,
    success: bool,
    observed: str,
    expected: str,
    message: str,
    severity: Severity = "critical",
    column: str | None = None,
) -> Check:
    return Check(
        gate, relation, expectation, column, severity, success, observed, expected, message
    )
