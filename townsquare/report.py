"""What a run and a home look like to the person at the shell, read from the current release."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from townsquare import page, release
from townsquare.errors import TownsquareError, shown
from townsquare.network import read_network
from townsquare.rows import rows_of
from townsquare.settings import DATABASE, Home

if TYPE_CHECKING:
    from townsquare.ingest import Account
    from townsquare.progress import Told

_GATES = """
    select gate, severity, count(*) as checks, count(*) filter (where not is_passed) as failed
    from meta.validation_results
    where release_id = (select max_by(release_id, published_at) from meta.releases)
    group by gate, severity order by gate, severity
"""
_SCORES = "select * from meta.model_versions where is_champion order by score_name"
_MISSING = "select name, reason from meta.capabilities where not is_available order by name"


def summary(home: Home) -> dict[str, Any]:
    """The current release: its tables, gates and scores, and what is not available and why."""
    if not home.current.exists():
        raise TownsquareError(f"{home.releases} holds no release yet; `townsquare run` makes one.")
    path = home.current / DATABASE
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            "release_id": home.current.resolve().name,
            "home": str(home.root),
            "page": str(home.current / page.PAGE),
            "relations": [
                {"relation": name, "rows": n}
                for name, n in release.relation_rows(connection).items()
            ],
            "gates": rows_of(connection, _GATES),
            "scores": rows_of(connection, _SCORES),
            "not_available": rows_of(connection, _MISSING),
        }


def show(told: dict[str, Any], console: Console) -> None:
    """Print a summary as tables, with how to go on."""
    console.print(f"\n[bold]Release {told['release_id']}[/bold]")
    console.print(_table(["relation", "rows"], told["relations"]))
    console.print(_table(["gate", "severity", "checks", "failed"], told["gates"]))
    if told["scores"]:
        columns = ["score_name", "auc", "baseline_name", "baseline_auc", "calibration_error"]
        console.print(_table(columns, told["scores"]))
    for missing in told["not_available"]:
        console.print(_line(f"{missing['name']}: {missing['reason']}"))
    console.print(f"To look at: {told['page']}", soft_wrap=True, highlight=False)
    console.print(f"SQL:        townsquare sql   (or open releases/current/{DATABASE})")
    console.print("Airflow UI: make up          (then http://127.0.0.1:8080)\n")


def show_releases(kept: Sequence[dict[str, Any]], console: Console) -> None:
    """Print the kept releases."""
    rows = [{**one, "": "*" if one["is_current"] else ""} for one in kept]
    console.print(_table(["", "release_id", "as_of", "published_at"], rows))


def show_replay(told: dict[str, Any], console: Console) -> None:
    """Print what a replay found equal and what not."""
    columns = ["relation", "rows", "rows_again", "only_in_release", "only_in_replay", "is_equal"]
    console.print(_table(columns, told["relations"]))
    if told["predictions"]:
        columns = ["score", "model_version", "rows", "largest_difference", "is_equal"]
        console.print(_table(columns, told["predictions"]))
    for note in told["notes"]:
        console.print(note, highlight=False)
    word = "equals" if told["is_equal"] else "differs from"
    console.print(f"What was made again {word} release {told['release_id']}.", highlight=False)


def status(home: Home) -> dict[str, Any]:
    """What the home holds: its network, what has landed, its releases, whether Airflow is up."""
    from townsquare import ingest, services

    network = read_network(home)
    landed: dict[str, int] = {}
    quarantined: dict[str, int] = {}
    for account in ingest.read_accounts(home):
        for name, table in account.tables.items():
            landed[name] = landed.get(name, 0) + table.landed
            quarantined[name] = quarantined.get(name, 0) + table.quarantined
    up = services.running(home)
    return {
        "home": str(home.root),
        "network": network.name,
        "adapter": network.adapter,
        "landed": landed,
        "quarantined": {name: rows for name, rows in quarantined.items() if rows},
        "releases": release.list_releases(home),
        "airflow": up.url if up else None,
    }


def verify(home: Home, told: "Told") -> dict[str, Any]:
    """What of a home was held against its checksums and accounts, and all that disagrees."""
    from townsquare import ingest

    n_releases, releases_broken = release.verify(home, told)
    n_rows, landing_broken = ingest.verify(home, told)
    return {
        "releases": n_releases,
        "landed_rows": n_rows,
        "broken": [
            {"path": str(one.path), "problem": one.problem}
            for one in (*releases_broken, *landing_broken)
        ],
    }


def _show_verified(verified: dict[str, Any], console: Console) -> None:
    checked = f"{verified['releases']} releases and {verified['landed_rows']:,} landed rows"
    if not verified["broken"]:
        console.print(f"Verified: {checked} are as written down.", soft_wrap=True)
        return
    console.print(f"Verified: of {checked} this is broken:", soft_wrap=True)
    for one in verified["broken"]:
        console.print(_line(f"{one['path']} {one['problem']}"), soft_wrap=True)


def show_status(told: dict[str, Any], console: Console) -> None:
    """Print the status of a home."""
    console.print(Text(shown(f"{told['network']} ({told['adapter']}) in {told['home']}")))
    rows = [
        {"table": name, "landed": n, "quarantined": told["quarantined"].get(name, 0)}
        for name, n in told["landed"].items()
    ]
    console.print(_table(["table", "landed", "quarantined"], rows))
    show_releases(told["releases"], console)
    console.print(f"Airflow: {told['airflow'] or 'not up; `townsquare up` starts it'}")
    if "verified" in told:
        _show_verified(told["verified"], console)


def accounts(landed: Sequence["Account"]) -> list[dict[str, Any]]:
    """Every file and table of an import with its counts, what was refused and why."""
    tables = [
        {
            "source_file": account.source_file,
            "table": name,
            "read": table.read,
            "landed": table.landed,
            "quarantined": table.quarantined,
            "duplicate": table.duplicate,
            "reasons": table.reasons,
        }
        for account in landed
        for name, table in account.tables.items()
    ]
    left = [
        {"source_file": account.source_file, "not_imported": account.not_imported}
        for account in landed
        if account.not_imported
    ]
    return [*tables, *left]


def show_accounts(landed: Sequence["Account"], console: Console) -> None:
    """Print what an import read, landed and refused."""
    told = accounts(landed)
    rows = [row for row in told if "table" in row]
    columns = ["source_file", "table", "read", "landed", "quarantined", "duplicate"]
    console.print(_table(columns, rows))
    for row in rows:
        for reason, count in row["reasons"].items():
            console.print(_line(f"{row['source_file']}: {count:,} x {reason}"))
    for row in told:
        if "not_imported" in row:
            console.print(_line(f"{row['source_file']} is not imported: {row['not_imported']}"))


def _line(text: str) -> Text:
    """A line of a list; a name or reason in it is text, whatever marks it holds."""
    return Text(f"  {shown(text)}")


def _table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        is_number = any(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in columns))
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else shown(str(value))
