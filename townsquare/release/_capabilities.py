"""What a network supports, for want of what it does not, and how fresh its tables are."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from townsquare.contract import load_tables
from townsquare.ingest import Account
from townsquare.lineage import Project
from townsquare.settings import Home

Row = tuple[str, str, bool, str | None]


def rows(
    home: Home, project: Project, accounts: Sequence[Account], counts: dict[str, int]
) -> list[Row]:
    """Name, kind, whether it is available, and why not or what it has to do without."""
    landed = {name: n for name, n, *_ in freshness(accounts)}
    wanting = {name for name in load_tables() if not landed.get(name)}
    told, scores = _told(home, "relations"), _scores(_told(home, "capabilities"))
    relations: list[Row] = []
    for name, n_rows in counts.items():
        key = project.published.get(name)
        needs = sorted(wanting & project.contract_tables(key)) if key else []
        refused = told.get(name, "available")
        if refused != "available":
            relations.append((name, "relation", False, refused))
        else:
            relations.append(_relation(name, n_rows, needs, scores))
    return [*relations, *scores]


def _relation(name: str, n_rows: int, wanting: Sequence[str], scores: Sequence[Row]) -> Row:
    listed = ", ".join(f"`{table}`" for table in wanting)
    if n_rows:
        lacks = f"without {listed}, of which nothing has landed" if listed else None
        return name, "relation", True, lacks
    if "scores" in name:
        said = "; ".join(f"{score}: {reason}" for score, _, _, reason in scores if reason)
        return name, "relation", False, said or "no score has a model yet"
    reason = f"not available, for want of {listed}" if listed else "it holds no rows yet"
    return name, "relation", False, reason


def _told(home: Home, book: str) -> dict[str, str]:
    """What learning says of each score, or of each relation that a learner writes."""
    path = home.models / f"{book}.json"
    told: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return told


def _scores(told: dict[str, str]) -> list[Row]:
    return [
        (name, "score", said == "available", None if said == "available" else str(said))
        for name, said in sorted(told.items())
    ]


def freshness(
    accounts: Sequence[Account],
) -> Iterator[tuple[str, int, date | None, datetime | None]]:
    """Contract table, landed rows, newest event date, newest landing."""
    for name in load_tables():
        ours = [account for account in accounts if name in account.tables]
        dates = [day for account in ours for day in account.tables[name].event_dates]
        at = [account.landed_at.replace(tzinfo=None) for account in ours]
        n_landed = sum(account.tables[name].landed for account in ours)
        yield name, n_landed, max(dates, default=None), max(at, default=None)
