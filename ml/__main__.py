"""`python -m ml new <score>`: starts a score from its three files."""

import argparse
import sys

from ml.scaffold import new_score
from townsquare.errors import TownsquareError


def main(arguments: list[str] | None = None) -> int:
    """Parse the command, do it, and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m ml", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    new = commands.add_parser("new", help="write the three files of a new score, with TODOs")
    new.add_argument("score", help="a singular noun in snake_case, as in spam_report")
    asked = parser.parse_args(arguments)
    try:
        written = new_score(asked.score)
    except TownsquareError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in written:
        sys.stdout.write(f"{path}\n")
    sys.stdout.write("Fill in the TODOs, then: townsquare run\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
