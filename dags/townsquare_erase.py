"""Erase a person: from landing, quarantine, every kept release, scores, models' memory and logs.

What is made of the landing is deleted whole, and `townsquare_daily` follows at once to build and
publish the same day without them. A receipt that names no one stays in `erasures.jsonl` and in
`meta.erasures`; the models that had seen the person carry `n_erased` in `meta.model_versions`.
The id leaves this DAG's own runs too, so the form of a finished run shows it no more.

**When it is red**, the log says why without naming the person. Mend the cause and clear the red
task: it goes on where it stopped. Until it is green the person is not wholly erased.
"""

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from dags.shared import MODELS, defaults, show_docs
from townsquare.settings import Home

HOME = Home.from_environment()


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=defaults(),
    params={
        "user": Param(
            type="string",
            minLength=1,
            title="User",
            description="The id, exactly as the column user_id holds it.",
        ),
        "reason": Param(
            "on request",
            type="string",
            minLength=1,
            title="Reason",
            description="Kept with the receipt; name nobody here.",
        ),
        "is_confirmed": Param(
            False,
            type="boolean",
            title="Erase for good",
            description="Nothing brings an erased person back but a new import of the source.",
        ),
    },
    doc_md=__doc__,
    tags=["repair"],
)
def townsquare_erase() -> None:
    """Erase, forget whom, and have the day published anew."""

    @task
    def erase_person() -> dict[str, object]:
        """Take the person out of every table, file and release of the home.

        Red: it was not confirmed, nobody has this id, the home is being written to, or the disk is
        full; the log says which. Clear this task after mending: it goes on where it stopped.
        """
        from townsquare import erasing

        params = get_current_context()["params"]
        if not params["is_confirmed"]:
            raise AirflowFailException(
                "Nothing is erased, because it was not confirmed; trigger the DAG again and tick "
                "'Erase for good'."
            )
        return erasing.erase(HOME, params["user"], params["reason"], keep_journal=True)

    @task(outlets=[MODELS])
    def forget_whom(receipt: dict[str, object]) -> dict[str, object]:
        """Take the id out of Airflow's own database and logs, and search the home once more.

        Red: a file still names the person and could not be cleaned; the log says which. Delete or
        mend it and clear this task.
        """
        from townsquare import erasing

        erasing.finish(HOME)
        return receipt

    forget_whom(erase_person())


show_docs(townsquare_erase())
