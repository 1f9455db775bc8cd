"""`townsquare metrics`."""

from typing import TYPE_CHECKING, Annotated

import typer

from townsquare.commands._days import as_day
from townsquare.commands._output import Json, show_rows
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
    as_json: Json = False,
) -> None:
    """Ask the current release for metrics, as they are declared, by day or by anything else."""
    import townsquare.release.query as asked
    from townsquare.metrics import DAY, Question

    home, query = Home.from_environment(), _LISTED
    if names:
        first = as_day(since, "--since") if since else None
        last = as_day(until, "--until") if until else None
        question = Question(names, by or [DAY], where or [], first, last, limit)
        query = _compiled(home, question)
    if sql:
        typer.echo(query)
        return
    columns, rows = asked.run_query(home, query)
    show_rows(columns, rows, as_json)


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
