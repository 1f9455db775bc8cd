"""How a word of the command answers a script."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script to read.")]


def print_json(value: object) -> None:
    """Print a value for a script: indented JSON, dates and paths as text."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[object]], as_json: bool) -> None:
    """The answer of a query, as a table for a person or as JSON for a script."""
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        from townsquare.release.query import show

        show(columns, rows)


def say(text: str) -> None:
    """Tell a person something that is no part of the answer."""
    typer.echo(text, err=True)
