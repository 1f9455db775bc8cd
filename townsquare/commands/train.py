"""`townsquare train`."""

from townsquare.commands._dags import run_dag
from townsquare.commands._output import Json, print_json
from townsquare.settings import Home


def train(as_json: Json = False) -> None:
    """Train every score anew: the DAG townsquare_train, run by Airflow."""
    home = Home.from_environment()
    run_id = run_dag(home, "townsquare_train", {}, as_json)
    if as_json:
        print_json({"run_id": run_id})
