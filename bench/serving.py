"""Loads millions of scores into PostgreSQL while sessions of psql loop; prints rate and errors.

`python -m bench.serving` makes a home of its own with two releases, starts a server, serves both
and goes back and forth between them. It ends with 1 if a session saw an error or two releases.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from bench.servers import Postgres, Session, postgres
from townsquare import quality, release, serving
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.serving import _server, _switching
from townsquare.settings import SERVING_URL, Home

SETTINGS = {
    "shared_buffers": "512MB",
    "maintenance_work_mem": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}
KEYS = {
    "scores": ["score_name", "entity_id", "as_of_date"],
    "latest_scores": ["score_name", "entity_id"],
}
SESSIONS, SWITCHES, PAUSE_SECONDS = 8, 20, 0.02
ASKED = (
    "select min(model_version), max(model_version), count(*) from ("
    "select model_version from scores where entity_id = 'u17' union all "
    "select model_version from latest_scores where entity_id = 'u17') as answers"
)


def main() -> int:
    """Make, serve, switch, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres(SETTINGS) as server:
        home = Home(Path(folder) / "var")
        ids = [publish(home, asked.rows, version) for version in ("v1", "v2")]
        os.environ[SERVING_URL] = server.url()
        seconds = watched()
        release.rollback(home, ids[0])
        told = serving.serve(home)
        print(f"rows {told['rows']:,}, all in all {told['seconds']} s")
        copied = asked.rows / seconds["scores"]
        print(f"COPY of {asked.rows:,} scores: {seconds['scores']:.1f} s, {copied:,.0f} rows/s")
        whole = told["rows"] / told["seconds"]
        print(f"with keys, indexes, counts, statistics: {whole:,.0f} rows/s")
        server.psql("create role ada login in role analyst")
        return 1 if switch_often(home, server, ids, seconds) else 0


def publish(home: Home, rows: int, version: str) -> str:
    """A release of so many scores, all of one model version."""
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.marts}' as marts (storage_version 'v1.2.0')")
        connection.execute(
            f"""create or replace table marts.scores as select
                ['churn', 'conversion'][1 + i % 2] as score_name,
                'u' || (i // 100) as entity_id,
                ['high', 'medium', 'low'][1 + i % 3] as band,
                ['active on ' || i % 28 || ' of 28 days', 'wrote ' || i % 7 || ' posts'] as reasons,
                '{version}' as model_version,
                (hash(i, 1) % 1000000) / 1000000.0::double as score,
                date '2020-01-05' + 7 * cast((i // 2) % 50 as integer) as as_of_date,
                as_of_date + interval 28 day as expires_at
            from range({rows}) as made (i)"""
        )
        connection.execute(
            "create or replace table marts.latest_scores as select * from marts.scores "
            "qualify row_number() over (partition by score_name, entity_id "
            "order by as_of_date desc) = 1"
        )
    target = home.dbt_target / "marts"
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes()}), encoding="utf-8")
    candidate = release.build_candidate(home, Network(), date(2021, 1, 1))
    held = Check("data", "scores", "volume", None, "critical", True, "5", "5", "It holds.")
    quality.write_results(candidate, [held])
    return str(release.publish(home, Network(), candidate)["release_id"])


def nodes() -> dict[str, dict[str, Any]]:
    """The part of dbt's manifest that says what the keys are."""
    models = {
        f"model.townsquare.{name}": {
            "name": name, "database": "marts", "resource_type": "model",
            "depends_on": {"nodes": []}, "columns": {},
        }
        for name in KEYS
    }  # fmt: skip
    tests = {
        f"test.townsquare.{name}": {
            "resource_type": "test", "attached_node": f"model.townsquare.{name}",
            "test_metadata": {
                "name": "unique_combination_of_columns",
                "kwargs": {"combination_of_columns": columns},
            },
        }
        for name, columns in KEYS.items()
    }  # fmt: skip
    return models | tests


def watched() -> dict[str, float]:
    """Seconds that each table's COPY and the last switch took, filled as they happen."""
    seconds: dict[str, float] = {}
    copy, switch = _server.Server.copy, _switching.switch

    def timed_copy(self: _server.Server, schema: str, table: str, rows: Any) -> None:
        began = time.monotonic()
        copy(self, schema, table, rows)
        seconds[table] = time.monotonic() - began

    def timed_switch(*arguments: Any) -> None:
        began = time.monotonic()
        switch(*arguments)
        seconds["switch"] = max(seconds.get("switch", 0.0), time.monotonic() - began)

    _server.Server.copy = timed_copy  # type: ignore[method-assign]
    _switching.switch = timed_switch
    return seconds


class Looper(threading.Thread):
    """One analyst who asks on and on, in one session or in a new one for every question."""

    def __init__(self, server: Postgres, stays: bool, stop: threading.Event) -> None:
        super().__init__()
        self._server, self._stays, self._stop_it = server, stays, stop
        self.reads, self.longest = 0, 0.0
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    def run(self) -> None:
        """Ask until it is enough."""
        url = self._server.url(user="ada")
        session = Session(url)
        while not self._stop_it.is_set():
            began = time.monotonic()
            if not self._stays:
                session.close()
                session = Session(url)
            answer = session.ask(ASKED)
            low, _, rest = answer.partition("|")
            if not rest.startswith(f"{low}|"):
                self.wrong.append(answer)
            self.seen.add(low)
            self.reads += 1
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(PAUSE_SECONDS)
        session.close()


def switch_often(home: Home, server: Postgres, ids: list[str], seconds: dict[str, float]) -> int:
    """Load the other release and go back and forth while sessions loop; returns what went wrong."""
    stop = threading.Event()
    loopers = [Looper(server, number % 2 == 0, stop) for number in range(SESSIONS)]
    for looper in loopers:
        looper.start()
    try:
        release.rollback(home, ids[1])
        print(f"loaded while {SESSIONS} sessions loop: {serving.serve(home)['seconds']} s")
        for number in range(SWITCHES):
            release.rollback(home, ids[number % 2])
            serving.serve(home)
    finally:
        stop.set()
        for looper in loopers:
            looper.join()
    wrong = [one for looper in loopers for one in looper.wrong]
    print(f"{SWITCHES + 1} switches, the longest {seconds['switch'] * 1000:.0f} ms")
    for stays, how in ((True, "in one session"), (False, "in a new session each time")):
        those = loopers[0::2] if stays else loopers[1::2]
        seen = sorted(set().union(*(looper.seen for looper in those)))
        print(
            f"{len(those)} psql {how}: {sum(looper.reads for looper in those):,} answers of "
            f"{', '.join(seen)}, the slowest {max(looper.longest for looper in those):.2f} s"
        )
    print(f"errors or mixed answers: {len(wrong)}")
    for answer in wrong[:5]:
        print(answer)
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
