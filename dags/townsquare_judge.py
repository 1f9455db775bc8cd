"""Ask a person whether a challenger may replace its champion, and do what they say.

Scores that `judged_by_a_person` in network.yml names are not promoted by their gates alone. When
such a challenger has earned it, this DAG starts and waits at *Required Actions*, with the figures
of both and links to their cards. Approve, and the day is scored and published again with it;
reject, and the champion stays. `meta.promotions` tells who decided, when and why.

**When it is red**, the log says which version is no longer kept or whose gates did not hold. The
champion speaks as before; train the score anew, and the next challenger asks again.
"""

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from control_room import address
from dags.shared import CHALLENGERS, MODELS, asked, defaults, show_docs, why
from ml.declaration import load_all
from townsquare.network import read_network
from townsquare.settings import Home

HOME = Home.from_environment()
SCORES = [score.name for score in load_all(read_network(HOME))]
APPROVE, REJECT = "Approve", "Reject"


@task
def find_challenger(score: str) -> dict[str, str]:
    """Look up the challenger that waits and what is to be known of it.

    Skipped where none waits. Red: its files are gone or damaged; train the score anew.
    """
    from ml import promoting

    found = promoting.question(HOME, score, address.page("models"), address.card)
    if found is None:
        raise AirflowSkipException(f"No challenger of {score} waits for a person.")
    return found


@task(outlets=[MODELS])
def follow_answer(score: str, found: dict[str, str], answer: dict[str, Any]) -> dict[str, str]:
    """Promote or reject, as the person said, and write down who it was.

    A rejection ends as skipped: there is nothing new to publish. Red: the version is no longer
    kept; train the score anew.
    """
    from ml import promoting

    approved = answer["chosen_options"] == [APPROVE]
    by = (answer.get("responded_by_user") or {}).get("name") or "nobody"
    reason = (answer.get("params_input") or {}).get("reason") or "without a reason"
    told = promoting.decide(HOME, score, found["model_version"], approved, reason, by)
    if not approved:
        raise AirflowSkipException(f"{by} rejected {found['model_version']}: {reason}.")
    return told


@dag(
    schedule=[CHALLENGERS],
    catchup=False,
    max_active_runs=1,
    default_args=defaults("data scientist"),
    doc_md=__doc__,
    tags=["learning"],
)
def townsquare_judge() -> None:
    """For every score: find who waits, ask, follow the answer."""
    for score in SCORES:
        found = find_challenger.override(task_id=f"find_{score}")(score)
        at = f"ti.xcom_pull(task_ids='find_{score}')"
        judged = HITLOperator(
            task_id=f"judge_{score}",
            subject=f"{{{{ {at}['subject'] }}}}",
            body=f"{{{{ {at}['body'] }}}}",
            options=[APPROVE, REJECT],
            notifiers=asked(),
            params={"reason": why("meta.promotions", default="")},
            doc_md=(
                "Waits for a person, as long as it takes; it holds no slot meanwhile. Open "
                "*Required Actions* of this task. Red: it was cleared or marked so; clear it, and "
                "it asks again."
            ),
        )
        answer = follow_answer.override(task_id=f"follow_{score}")(score, found, judged.output)
        found >> judged >> answer


show_docs(townsquare_judge())
