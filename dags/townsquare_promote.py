"""Make another version of a model champion, or go back to the champion before.

Only a version that is kept and whose gates held can be promoted; the page *Models* lists them with
their figures and cards. `townsquare_daily` follows at once: it scores and publishes the same day
with the new champion. `meta.promotions` tells who asked for it and why.

**When it is red**, the log says what is wrong with the version and which ones there are. The
champion speaks as before.
"""

from airflow.sdk import Param, dag, get_current_context, task

from dags.shared import MODELS, defaults, show_docs, why
from ml.declaration import load_all
from townsquare.network import read_network
from townsquare.settings import Home

HOME = Home.from_environment()
SCORES = [score.name for score in load_all(read_network(HOME))]


@task(outlets=[MODELS])
def promote_version() -> dict[str, str]:
    """Move the alias `champion` and write down who asked for it.

    Red: the version is not kept, its gates did not hold, or there is no champion before; the log
    says which. Start the DAG again with another version.
    """
    from ml import promoting

    context = get_current_context()
    asked = context["params"]
    by = context["dag_run"].triggering_user_name or "nobody"
    version, reason = asked["model_version"] or "", asked["reason"]
    return promoting.promote(HOME, asked["score"], version, reason, by)


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=defaults("data scientist"),
    params={
        "score": Param(
            type="string", enum=SCORES, title="Score", description="Whose champion is to change."
        ),
        "model_version": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{8}-[0-9a-f]{8}$",
            title="Version",
            description="Such as 20250630-05f64fc5. Empty: the champion before the present one.",
        ),
        "reason": why("meta.promotions"),
    },
    doc_md=__doc__,
    tags=["learning", "repair"],
)
def townsquare_promote() -> None:
    """One task."""
    promote_version()


show_docs(townsquare_promote())
