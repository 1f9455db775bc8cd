"""Makes a release of a network in which nothing has happened: every relation in its shape."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import date

from townsquare import ingest, warehouse
from townsquare.network import Network
from townsquare.release import _ids, _meta
from townsquare.settings import Home

_AS_OF = date(2000, 1, 1)  # any day will do


def build_shape(home: Home) -> None:
    """Leave in an empty home a marts database with relations, `meta` and all its words, no rows."""
    # A process of its own: dbt keeps its databases open as long as it lives.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        pool.submit(_build, home).result()
    at, release_id = _AS_OF.isoformat(), _ids.next_id(_AS_OF, ())
    _meta.write(_meta.Facts(home, Network(), release_id, at, at, (), ()), home.marts)


def _build(home: Home) -> None:
    from ml import scoring

    ingest.prepare(home)
    scoring.prepare(home)
    warehouse.build_shape(home, Network(), _AS_OF)
