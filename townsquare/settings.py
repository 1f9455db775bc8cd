"""Where things lie: every path of a home, derived from TOWNSQUARE_HOME; it creates nothing."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from townsquare.errors import TownsquareError

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
DAGS = PROJECT_ROOT / "dags"
PLUGINS = PROJECT_ROOT / "control_room" / "plugin"
LEARNERS = PROJECT_ROOT / "ml"
SCORES = LEARNERS / "scores"
# The path is written into SQL, and DuckDB takes these for a pattern or for the end of a text.
_STRANGE = frozenset("'\"\\*?[]{}")

DATABASE = "townsquare.duckdb"  # in the folder of a release or candidate
SERVING_URL = "TOWNSQUARE_SERVING_URL"


def serving_url() -> str | None:
    """The PostgreSQL database where releases are served, or None; a password is in PGPASSWORD."""
    return os.environ.get(SERVING_URL) or None


@dataclass(frozen=True)
class Home:
    """One folder that holds one network: its data, its models, its releases and its Airflow."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """The home that TOWNSQUARE_HOME names, or ./var."""
        root = Path(os.environ.get("TOWNSQUARE_HOME", "var")).resolve()
        strange = sorted({c for c in str(root) if c in _STRANGE or not c.isprintable()})
        if strange:
            raise TownsquareError(
                f"The home {str(root)!r} has {', '.join(map(repr, strange))} in its path, which "
                "SQL or file patterns would read as something else; set TOWNSQUARE_HOME to a "
                "folder whose path has no quote, backslash, bracket, brace, *, ? or control mark."
            )
        return cls(root)

    @cached_property
    def network_file(self) -> Path:
        """What the operator decides about the network."""
        return self.root / "network.yml"

    @cached_property
    def exports(self) -> Path:
        """Raw exports that the simulator writes, as a network's own system would."""
        return self.root / "exports"

    @cached_property
    def truth(self) -> Path:
        """What the simulator knows and never lands."""
        return self.root / "truth"

    @cached_property
    def landing(self) -> Path:
        """Parquet by contract table and event date."""
        return self.root / "landing"

    @cached_property
    def rejected(self) -> Path:
        """Rows that broke the contract, with their reasons."""
        return self.root / "quarantine" / "rows"

    @cached_property
    def failed_candidates(self) -> Path:
        """Candidates that a gate stopped, one folder per release id."""
        return self.root / "quarantine" / "releases"

    @cached_property
    def warehouse(self) -> Path:
        """The private DuckDB database that dbt builds in."""
        return self.root / "warehouse" / "warehouse.duckdb"

    @cached_property
    def marts(self) -> Path:
        """The DuckDB database that becomes the next release."""
        return self.root / "warehouse" / "marts.duckdb"

    @cached_property
    def dbt_target(self) -> Path:
        """dbt's artifacts: manifest, run results, compiled SQL."""
        return self.root / "warehouse" / "target"

    @cached_property
    def inputs(self) -> Path:
        """One Parquet file per input of the learners, written by dbt, and its days by month."""
        return self.root / "inputs"

    @cached_property
    def learned(self) -> Path:
        """Parquet by relation, written by the learners."""
        return self.root / "learned"

    @cached_property
    def frames(self) -> Path:
        """One folder of Parquet per frame, written by dbt."""
        return self.root / "frames"

    @cached_property
    def scores(self) -> Path:
        """Parquet by score and as_of_date, written by ml."""
        return self.root / "scores"

    @cached_property
    def models(self) -> Path:
        """MLflow's store, model cards and promotions."""
        return self.root / "models"

    @cached_property
    def candidates(self) -> Path:
        """Releases being built, one folder per release id."""
        return self.root / "candidates"

    @cached_property
    def releases(self) -> Path:
        """Published releases and the link `current`."""
        return self.root / "releases"

    @cached_property
    def current(self) -> Path:
        """The link to the release that readers see."""
        return self.releases / "current"

    @cached_property
    def erasing(self) -> Path:
        """The journal of an erasure while it runs, the only place that knows the id."""
        return self.root / ".erasing.json"

    @cached_property
    def erasures(self) -> Path:
        """Receipts of the people who were erased, one line each; none names anybody."""
        return self.root / "erasures.jsonl"

    @cached_property
    def replays(self) -> Path:
        """Scratch of `townsquare replay`; empty when none runs."""
        return self.root / "replays"

    @cached_property
    def airflow(self) -> Path:
        """AIRFLOW_HOME: its database, configuration and logs."""
        return self.root / "airflow"

    @cached_property
    def openlineage(self) -> Path:
        """OpenLineage events, one JSON object a line, where they are told to a file."""
        return self.root / "openlineage" / "events.jsonl"

    @cached_property
    def lock(self) -> Path:
        """Held by whoever writes to this home."""
        return self.root / ".writer.lock"
