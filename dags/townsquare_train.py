"""Train scores anew, whether or not they are due, and hand a better model over to the daily DAG.

**When it is red**, the log names the score and what its declaration or frame lacks. The champion
stays in its place until a challenger has won.
"""

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.shared import CHALLENGES, MODELS, ask_about, defaults, show_docs
from ml.declaration import load_all
from townsquare.network import read_network
from townsquare.settings import Home

HOME = Home.from_environment()
SCORES = [score.name for score in load_all(read_network(HOME))]


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=defaults("data scientist"),
    params={
        "scores": Param(
            SCORES,
            type="array",
            items={"type": "string", "enum": SCORES},
            examples=SCORES,
            title="Scores",
            description="Which scores to train.",
        )
    },
    doc_md=__doc__,
    tags=["learning"],
)
def townsquare_train() -> None:
    """Train, then hand over what won."""

    @task(outlets=[CHALLENGES])
    def train_scores() -> list[dict[str, object]]:
        """Train on the frames that the last daily run left, and judge each against its champion."""
        from ml import daily

        summaries = daily.train_all(HOME, get_current_context()["params"]["scores"])
        ask_about(summaries)
        return summaries

    @task(outlets=[MODELS])
    def hand_over(summaries: list[dict[str, object]]) -> list[str]:
        """Have the daily DAG score and publish again if a challenger was promoted."""
        promoted = [str(one["score"]) for one in summaries if one["promoted"]]
        if not promoted:
            waits = any(one["waits"] for one in summaries)
            asked = " until a person has answered townsquare_judge" if waits else ""
            raise AirflowSkipException(f"The champions stay{asked or ': no challenger won'}.")
        return promoted

    hand_over(train_scores())


show_docs(townsquare_train())
