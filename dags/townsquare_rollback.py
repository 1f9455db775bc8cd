"""Make a kept release current again, in one step that readers do not notice.

Nothing is built and nothing is lost: the release that stood stays on the shelf, and the next run of
`townsquare_daily` publishes a new one as always. The page *Releases* lists what is kept, with a
button at each that starts this DAG.

**When it is red**, the log says which releases are kept; the one that was asked for is not among
them, or its manifest is damaged. Start the DAG again with one of those.
"""

from airflow.sdk import Param, dag, get_current_context, task

from dags.shared import RELEASE, defaults, show_docs, then_serve, why
from townsquare.settings import Home

HOME = Home.from_environment()


@task(outlets=[RELEASE])
def roll_back(release_id: str) -> dict[str, str | None]:
    """Point `current` at the release and write down who asked for it, when and why.

    Red: no such release is kept, or the folder `releases` cannot be written; the log says which.
    """
    from townsquare import locking, release

    context = get_current_context()
    by = context["dag_run"].triggering_user_name
    with locking.writer(HOME, "rolling back"):
        reason = context["params"]["reason"]
        before = release.rollback(HOME, release_id, asked_by=by, reason=reason)
    return {"current": release_id, "before": before}


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=defaults(),
    params={
        "release_id": Param(
            type="string",
            pattern=r"^\d{4}-\d{2}-\d{2}\.\d+$",
            title="Release",
            description="The release to go back to, such as 2025-06-30.1; see Releases.",
        ),
        "reason": why("meta.release_events"),
    },
    doc_md=__doc__,
    tags=["repair"],
)
def townsquare_rollback() -> None:
    """Switch, and have the server follow where there is one."""
    then_serve(roll_back("{{ params.release_id }}"))


show_docs(townsquare_rollback())
