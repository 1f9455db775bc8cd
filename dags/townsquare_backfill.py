"""Build a range of days anew from what is landed, and publish it once the gates hold.

The release that comes of it is as of the same day as the one that stands. Days outside the range
stay as they are, unless something of theirs has landed since.

**When it is red**, the log of the red task names the cause; mend it and clear that task. Nothing is
published until every gate holds, and readers keep the release that they have.
"""

from datetime import date

from airflow.sdk import Param, dag, get_current_context, task

from dags.shared import check_gates, defaults, publish_release, show_docs, then_serve
from townsquare.settings import Home

HOME = Home.from_environment()


@task
def rebuild_range() -> str:
    """Build the range in every layer from staging to frames.

    Red: the range is not one that can be rebuilt, or a model or test of it failed; the log
    says which. Clear this task after mending: it builds the whole range once more.
    """
    from townsquare import backfill

    params = get_current_context()["params"]
    first, last = (date.fromisoformat(params[name]) for name in ("from_date", "to_date"))
    return backfill.rebuild(HOME, first, last).isoformat()


@task
def score_again(as_of: str) -> dict[str, int]:
    """Score the day on the rebuilt frames and bring the scores into the release's database.

    Red: a score's declaration or a model of the layer is broken; the log names it.
    """
    from ml import daily
    from townsquare import steps

    daily.learn_all(HOME, as_of)
    return steps.build(HOME, "published", as_of)


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=defaults(),
    params={
        "from_date": Param(
            type="string",
            format="date",
            title="From",
            description="The first event date to build anew.",
        ),
        "to_date": Param(
            type="string",
            format="date",
            title="To",
            description="The last event date to build anew; it is included.",
        ),
    },
    doc_md=__doc__,
    tags=["repair"],
)
def townsquare_backfill() -> None:
    """Rebuild, score, audit, publish: one range at a time."""
    as_of = rebuild_range()
    checked = check_gates(as_of)
    switched = publish_release(checked)
    score_again(as_of) >> checked >> switched
    then_serve(switched)


show_docs(townsquare_backfill())
