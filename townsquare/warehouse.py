"""Runs dbt for one layer of the warehouse in this process; a retry continues where it failed."""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from townsquare import databases, faults, frames, learned, openlineage, parquet
from townsquare.errors import TownsquareError
from townsquare.network import Network, read_network
from townsquare.settings import DBT_PROJECT, Home
from townsquare.sql_text import literal
from townsquare.whole import write_text

if TYPE_CHECKING:
    from townsquare.ingest import News

# What each layer's task builds: dbt selectors by folder, so that a new model needs no edit here.
LAYERS: dict[str, Sequence[str]] = {
    "warehouse": ("path:models/staging", "path:models/intermediate", "path:models/inputs"),
    "marts": ("path:models/marts",),
    "frames": ("path:models/features", "path:models/frames"),
    "published": ("path:models/published",),
}
# Analysts' clients lag behind the server side: every DuckDB since 1.2 reads this version.
STORAGE_VERSION = "v1.2.0"

log = logging.getLogger(__name__)


def prepare(home: Home) -> None:
    """Create the folders and the marts database that dbt attaches; harmless when they exist."""
    import duckdb

    for folder in (home.warehouse.parent, home.inputs, home.scores, home.dbt_target):
        folder.mkdir(parents=True, exist_ok=True)
    frames.prepare(home)
    learned.prepare(home)
    if not home.marts.exists():
        with duckdb.connect() as connection:
            path = literal(home.marts)
            connection.execute(f"attach {path} as marts (storage_version '{STORAGE_VERSION}')")


def plan(home: Home, as_of: date, also: Iterable[date] = ()) -> bool:
    """Write which event dates must be rebuilt as of this date; true when everything must be.

    `also` are dates to rebuild whether or not anything of them has landed since.
    """
    from townsquare.ingest import read_accounts, read_news

    built = _read_state(home)
    accounts = read_accounts(home)
    dates: set[date] = set(also)
    news: Sequence[News] = ()
    models = _fingerprint(home)
    why = _why_full(home, as_of, built, models)
    prepare(home)
    if built is not None and why is None:
        news = read_news(home, built["sequence"])
        last = date.fromisoformat(built["as_of"])
        dates.update(last + timedelta(days=n) for n in range((as_of - last).days))
    _write_rebuild_dates(home, dates, news)
    sequence = max((account.sequence for account in accounts), default=0)
    full = why is not None
    planned = {"as_of": as_of.isoformat(), "sequence": sequence, "full": full, "models": models}
    _write_json(_plan_file(home), planned)
    told = f"full build, because {why}" if full else f"{len(dates)} event dates to build"
    log.info("as of %s: %s", as_of, told)
    return full


def _why_full(home: Home, as_of: date, built: dict[str, Any] | None, models: str) -> str | None:
    """Why nothing of what was built before can be gone on with, or None."""
    damages = list(databases.damages(home))
    if damages:
        databases.set_aside(home)
        return " ".join(damages).rstrip(".")
    if built is None:
        lost = [path for path in (home.warehouse, home.marts) if not path.exists()]
        if not _state_file(home).exists():
            return "nothing was built before"
        databases.set_aside(home)  # a log without its database would be taken for another's
        return f"{' and '.join(map(str, lost))} is lost"
    if as_of < date.fromisoformat(built["as_of"]):
        return f"it lies before {built['as_of']}, the date of the last build"
    return "the models or network.yml have changed" if built.get("models") != models else None


def _write_rebuild_dates(home: Home, dates: Collection[date], news: Sequence["News"]) -> None:
    """Hand dbt the dates to build, and since when something new is known of each (null: always)."""
    import pyarrow as pa

    days = [*sorted(dates), *(one.event_date for one in news)]
    since = [*(None for _ in dates), *(one.loaded_at for one in news)]
    columns = {"event_date": pa.array(days, pa.date32())}
    columns["loaded_at"] = pa.array(since, pa.timestamp("us"))
    parquet.save(pa.table(columns), home.warehouse.parent / "rebuild_dates.parquet")


def is_planned(home: Home, as_of: date) -> bool:
    """Whether a run of this date has begun and not finished."""
    path = _plan_file(home)
    return path.exists() and bool(json.loads(path.read_text())["as_of"] == as_of.isoformat())


def build(
    home: Home, network: Network, layer: str, as_of: date, retry: bool = False
) -> dict[str, int]:
    """Build and test one layer; with `retry`, continue after the models that a failed try built.

    Returns the number of dbt nodes by status. Raises TownsquareError with the first failures.
    """
    if not is_planned(home, as_of):
        raise TownsquareError(
            f"{_plan_file(home)} does not plan {as_of}, which is to be built; "
            "clear the task `build_warehouse` of this run first."
        )
    planned = json.loads(_plan_file(home).read_text(encoding="utf-8"))
    target = home.dbt_target / layer
    arguments = _retry(target, as_of) if retry else None
    if arguments is None:
        _begin(target, as_of)
        # Unit tests judge the code, not the day: the test suite runs them.
        selected = ["--select", *LAYERS[layer], "--exclude-resource-type", "unit_test"]
        arguments = ["build", *selected, *_vars(network, as_of)]
        if planned["full"]:
            arguments.append("--full-refresh")
    manifest = None if retry else parse(home, network)  # `dbt retry` reads its own
    result = _dbt(home, [*arguments, "--target-path", str(target)], manifest)
    openlineage.tell_build(home, network, target)
    counts = _counted(home, result, layer)
    if layer == "frames":
        frames.prune(home)
    return counts


def parse(home: Home, network: Network) -> Any:
    """The parsed project, from what dbt kept of the last parse; None where it does not parse.

    dbt parses everything anew whenever a variable changes, and as_of does every day; but no file
    says anything else for it until it is built. So it is left out here, one parse serves every
    layer and every day, and only files that changed are read again.
    """
    decided = {name: v for name, v in network.dbt_vars(date.min).items() if name != "as_of"}
    target = ["--target-path", str(home.dbt_target), "--quiet", "--no-write-json"]
    return _dbt(home, ["parse", "--vars", json.dumps(decided), *target]).result


def build_shape(home: Home, network: Network, as_of: date) -> None:
    """Build every model at once and test none: for whoever wants their columns, not their rows."""
    plan(home, as_of)
    target = ["--target-path", str(home.dbt_target / "shape"), "--quiet"]
    result = _dbt(home, ["run", "--select", "path:models", *_vars(network, as_of), *target])
    _counted(home, result, "models")
    finish(home)


def finish(home: Home) -> None:
    """Remember what the warehouse holds now, so that the next plan builds only what changed."""
    _plan_file(home).replace(_state_file(home))


def planned_full(home: Home) -> bool:
    """Whether the run that is under way builds everything anew."""
    path = _plan_file(home)
    return bool(json.loads((path if path.exists() else _state_file(home)).read_text())["full"])


def built_as_of(home: Home) -> date | None:
    """The date that the last finished build was as of."""
    built = _read_state(home)
    return date.fromisoformat(built["as_of"]) if built else None


def built_sequence(home: Home) -> int | None:
    """The last landed file that the last finished build knew of."""
    built = _read_state(home)
    return int(built["sequence"]) if built else None


def known_sequence(home: Home) -> int | None:
    """The last landed file that the frames know of: of the run under way, or the last finished."""
    path = _plan_file(home)
    if path.exists():
        return int(json.loads(path.read_text(encoding="utf-8"))["sequence"])
    return built_sequence(home)


def invoke(home: Home, network: Network, arguments: list[str]) -> Any:
    """Run one dbt command on this home, for the date it was last built for; dbt's own result."""
    as_of = built_as_of(home)
    return _dbt(home, [*arguments, *(_vars(network, as_of) if as_of else [])])


def _dbt(home: Home, arguments: list[str], manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    prepare(home)
    os.environ["TOWNSQUARE_HOME"] = str(home.root)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    place = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    logs = ["--log-path", str(home.root / "warehouse" / "logs")]
    return dbtRunner(manifest=manifest).invoke([*arguments, *place, *logs])


def _vars(network: Network, as_of: date) -> list[str]:
    return ["--vars", json.dumps(network.dbt_vars(as_of))]


def _begin(target: Path, as_of: date) -> None:
    """Forget the results of earlier days, so that a retry after a kill cannot go on with theirs."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    (target / "as_of").write_text(as_of.isoformat(), encoding="utf-8")


def _retry(target: Path, as_of: date) -> list[str] | None:
    """The arguments of a `dbt retry` after the last try of this day, if it left something."""
    begun = target / "as_of"
    if not (begun.exists() and begun.read_text(encoding="utf-8") == as_of.isoformat()):
        return None
    try:
        told = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # killed before or while it was written
        return None
    statuses = {result["status"] for result in told["results"]}
    if not statuses & {"error", "fail", "skipped", "runtime error"}:
        return None
    state = target.with_name(target.name + "-failed")
    shutil.rmtree(state, ignore_errors=True)
    shutil.copytree(target, state, ignore=shutil.ignore_patterns("compiled", "run"))
    return ["retry", "--state", str(state)]


def _counted(home: Home, result: Any, layer: str) -> dict[str, int]:
    nodes = getattr(result.result, "results", [])
    counts: dict[str, int] = {}
    for node in nodes:
        counts[str(node.status)] = counts.get(str(node.status), 0) + 1
    if result.success:
        return counts
    failed = [n for n in nodes if str(n.status) in {"error", "fail", "runtime error"}]
    told = "; ".join(f"{n.node.name}: {' '.join(str(n.message).split())}" for n in failed[:3])
    told = told or " ".join(str(result.exception).split())
    if any(databases.is_damage(str(said)) for said in (told, *(n.message for n in failed))):
        raise databases.DamagedError(f"A database is damaged ({told}).")
    mend = "Mend the model or the data it names, then clear this task to continue where it stopped."
    raise TownsquareError(
        f"dbt could not build the layer {layer}: {told}. {faults.way_out(home, told) or mend}"
    )


def _fingerprint(home: Home) -> str:
    """Changes when the SQL of a model or macro does, or what network.yml decides of it."""
    decided = read_network(home).dbt_vars(date.min)
    known = hashlib.sha256(json.dumps(decided, sort_keys=True).encode())
    for path in sorted([*DBT_PROJECT.glob("m*/**/*.sql"), DBT_PROJECT / "dbt_project.yml"]):
        known.update(path.relative_to(DBT_PROJECT).as_posix().encode())
        known.update(path.read_bytes())
    return known.hexdigest()[:16]


def _plan_file(home: Home) -> Path:
    return home.warehouse.parent / "plan.json"


def _state_file(home: Home) -> Path:
    return home.warehouse.parent / "built.json"


def _read_state(home: Home) -> dict[str, Any] | None:
    path = _state_file(home)
    if not (path.exists() and home.warehouse.exists() and home.marts.exists()):
        return None
    state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return state


def _write_json(path: Path, value: object) -> None:
    write_text(path, json.dumps(value))
