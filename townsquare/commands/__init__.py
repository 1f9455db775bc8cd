"""Words of the command `townsquare` that have a file of their own; the folder is the list."""

import importlib
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add each module's function of its own name."""
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        module = importlib.import_module(f"{__name__}.{path.stem}")
        app.command()(getattr(module, path.stem))
