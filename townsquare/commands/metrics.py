"""`townsquare metrics`."""

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from townsquare.errors import TownsquareError
from townsquare.settings import Home

if TYPE_CHECKING:
    from townsquare.metrics import Question

_LISTED = "select metric, label, kind, description from meta.metrics order by metric"


def metrics(
    names: Annotated[list[str] | None, typer.Argument(help="Without any: which there are.")] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="What to group by; default metric_time__day.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="\"{{ Dimension('content__kind') }} = 'post'\".")
    ] = None,
    since: Annotated[str | None, typer.Option(help="The first day to look at.")] = None,
    until: Annotated[str | None, typer.Option(help="The last one.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many rows at most.")] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the query, ask nothing.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for a script to read.")
    ] = False,
) -> None:
    """Ask the current release for metrics, as they are declared, by day or by anything else."""
    import townsquare.release.query as asked
    from townsquare.metrics import DAY, Question

    home, query = Home.from_environment(), _LISTED
    if names:
        first, last = _day(since, "--since"), _day(until, "--until")
        question = Question(names, by or [DAY], where or [], first, last, limit)
        query = _compiled(home, question)
    if sql:
        typer.echo(query)
        return
    columns, rows = asked.run_query(home, query)
    if as_json:
        told = [dict(zip(columns, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(told, indent=2, default=str) + "\n")
    else:
        asked.show(columns, rows)


def _compiled(home: Home, question: "Question") -> str:
    from townsquare import release
    from townsquare.metrics import DECLARATIONS, Engine, read_declarations

    path = release.current_folder(home) / DECLARATIONS
    if not path.exists():
        raise TownsquareError(
            f"{path} is missing, because an older version made the release; the next "
            "`townsquare run` publishes the metrics' declarations with it."
        )
    return Engine(read_declarations(path)).sql(question)


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise TownsquareError(
            f"{option} is {text!r}, but must be a date like 2025-06-30."
        ) from error
