"""How a word of the command runs a DAG and tells what came of it."""

from typing import Any

from rich.console import Console

from townsquare import progress
from townsquare.commands._output import print_json, say
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import Home


def run_dag(home: Home, dag_id: str, conf: dict[str, Any], quiet: bool) -> str:
    """Run one DAG through Airflow and follow it; TownsquareError when it ends red."""
    from townsquare import runs, services

    read_network(home)  # what is wrong with it is better told here than by a DAG that is missing
    hear = (lambda _: None) if quiet else say
    with services.airflow(home, None, hear) as running, runs.Airflow(home, running) as server:
        server.prepare()
        run_id = server.trigger(dag_id, conf)
        with progress.tasks(quiet) as told:
            state = server.follow(dag_id, run_id, told)
        if state != "success":
            raise TownsquareError(f"{dag_id} is red: {server.failure(dag_id, run_id)}")
    return run_id


def tell_release(home: Home, as_json: bool) -> None:
    """Say what the run has made current."""
    from townsquare import report

    told = report.summary(home)
    if as_json:
        print_json(told)
    else:
        report.show(told, Console())
