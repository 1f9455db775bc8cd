"""Makes Airflow ready on a server: its tables, the writer's one slot, who may sign in.

Run once before the services start; harmless again, and again after a password has changed.
"""

import json
import os
import sys
from pathlib import Path

ROLES = ("admin", "operator", "viewer")
FEWEST_LETTERS = 12


def main() -> None:
    """Everything, or a sentence and exit code 1."""
    words = {role: os.environ.get(f"TOWNSQUARE_{role.upper()}_PASSWORD", "") for role in ROLES}
    for role, word in words.items():
        if len(word) < FEWEST_LETTERS or list(words.values()).count(word) > 1:
            sys.exit(
                f"TOWNSQUARE_{role.upper()}_PASSWORD must have {FEWEST_LETTERS} letters or more "
                "and differ from the others; set it and start again."
            )
    home = Path(os.environ["AIRFLOW_HOME"])
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _airflow("db", "migrate")
    from townsquare.runs import POOL

    _airflow("pools", "set", str(POOL["name"]), str(POOL["slots"]), str(POOL["description"]))
    _write_private(Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]), words)


def _airflow(*arguments: str) -> None:
    """One command of Airflow's, in this process: each process would load Airflow anew."""
    from airflow.cli.cli_parser import get_parser

    asked = get_parser().parse_args(arguments)
    asked.func(asked)


def _write_private(path: Path, words: dict[str, str]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(words, file)
    partial.replace(path)


if __name__ == "__main__":
    main()
