"""
An executor whose workers have loaded what tasks import, before a task comes.

Airflow forks every task from a worker, and a task of the daily run would spend more time importing
dbt or Great Expectations than using them. Modules survive a fork; connections and threads do not,
so none is opened here: DuckDB and LightGBM still begin inside the task.
"""

import importlib
import logging
import sys

from airflow.executors.local_executor import LocalExecutor

MODULES = (
    "dbt.cli.main",
    "dbt.task.build",
    "dbt.adapters.duckdb",
    "duckdb",
    "great_expectations",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "lightgbm",
)
OWN = ("townsquare", "ml")


class WarmExecutor(LocalExecutor):
    """Airflow's LocalExecutor, which forks its workers when everything is loaded."""

    def start(self) -> None:
        """Load, and start the workers."""
        warm_up()
        super().start()


def warm_up() -> None:
    """Import what tasks import, and do nothing with it.

    dbt's parser, above all, keeps threads of its own once it has read a model; a task forked after
    that waits for them for ever. Townsquare's own modules are forgotten again, so that a task runs
    the code that lies on the disk when it starts.
    """
    logging.getLogger("great_expectations").setLevel(logging.ERROR)  # it tells of its decorators
    for name in MODULES:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.split(".")[0] in OWN]:
        del sys.modules[name]
