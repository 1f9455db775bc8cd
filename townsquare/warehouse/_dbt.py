"""Runs dbt on a home, in this process."""

import json
import os
from datetime import date
from typing import Any

from townsquare.network import Network
from townsquare.settings import DBT_PROJECT, Home
from townsquare.warehouse._places import prepare
from townsquare.warehouse._state import built_as_of


def invoke(home: Home, network: Network, arguments: list[str]) -> Any:
    """Run one dbt command on this home, for the date it was last built for; dbt's own result."""
    as_of = built_as_of(home)
    return run_dbt(home, [*arguments, *(variables(network, as_of) if as_of else [])])


def parse(home: Home, network: Network) -> Any:
    """The parsed project, from what dbt kept of the last parse; None where it does not parse.

    dbt parses everything anew whenever a variable changes, and as_of does every day; but no file
    says anything else for it until it is built. So it is left out here, one parse serves every
    layer and every day, and only files that changed are read again.
    """
    decided = {name: v for name, v in network.dbt_vars(date.min).items() if name != "as_of"}
    target = ["--target-path", str(home.dbt_target), "--quiet", "--no-write-json"]
    return run_dbt(home, ["parse", "--vars", json.dumps(decided), *target]).result


def run_dbt(home: Home, arguments: list[str], manifest: Any = None) -> Any:
    """Run one dbt command as it is given; dbt's own result."""
    from dbt.cli.main import dbtRunner

    prepare(home)
    os.environ["TOWNSQUARE_HOME"] = str(home.root)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    place = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    logs = ["--log-path", str(home.root / "warehouse" / "logs")]
    return dbtRunner(manifest=manifest).invoke([*arguments, *place, *logs])


def variables(network: Network, as_of: date) -> list[str]:
    """What a command is told of the network and the day."""
    return ["--vars", json.dumps(network.dbt_vars(as_of))]
