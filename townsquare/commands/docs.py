"""`townsquare docs`."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from townsquare.errors import TownsquareError
from townsquare.settings import Home


def docs(
    check: Annotated[
        bool, typer.Option(help="Write nothing; exit with 1 where a page is not up to date.")
    ] = False,
) -> None:
    """Write docs/relations: each published column, what it means and where it comes from."""
    from townsquare import documentation, release

    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        release.build_shape(home)
        told = documentation.pages(home.marts)
    stale = documentation.stale(told)
    if check and stale:
        raise TownsquareError(
            f"{documentation.FOLDER} is not up to date in {', '.join(stale)}; write it anew with "
            "`townsquare docs`."
        )
    if not check:
        documentation.write(told)
    typer.echo(f"{len(stale)} of {len(told)} pages of {documentation.FOLDER} changed", err=True)
