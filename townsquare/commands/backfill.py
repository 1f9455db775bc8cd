"""`townsquare backfill`."""

from typing import Annotated

import typer

from townsquare.commands._dags import run_dag, tell_release
from townsquare.commands._days import as_day
from townsquare.commands._output import Json
from townsquare.settings import Home


def backfill(
    first: Annotated[str, typer.Option("--from", help="The first event date to build anew.")],
    last: Annotated[str, typer.Option("--to", help="The last one; it is included.")],
    as_json: Json = False,
) -> None:
    """Build a range of days anew and publish it: the DAG townsquare_backfill, run by Airflow."""
    from townsquare.backfill import check_range

    home = Home.from_environment()
    days = [as_day(first, "--from"), as_day(last, "--to")]
    check_range(home, *days)
    conf = {"from_date": days[0].isoformat(), "to_date": days[1].isoformat()}
    run_dag(home, "townsquare_backfill", conf, as_json)
    tell_release(home, as_json)
