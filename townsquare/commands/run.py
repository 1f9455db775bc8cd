"""`townsquare run`."""

from typing import Annotated

import typer

from townsquare.commands._dags import run_dag, tell_release
from townsquare.commands._days import as_day
from townsquare.commands._output import Json
from townsquare.settings import Home


def run(
    as_of: Annotated[
        str | None,
        typer.Option(help="The release knows what happened before this date. Default: next day."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take the network to its next release: the DAG townsquare_daily, run by Airflow."""
    home = Home.from_environment()
    day = as_day(as_of, "--as-of") if as_of else None
    run_dag(home, "townsquare_daily", {"as_of": day.isoformat() if day else None}, as_json)
    tell_release(home, as_json)
