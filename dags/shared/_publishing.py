"""The two tasks that every run which makes a release ends with."""

from airflow.sdk import Asset, task
from airflow.sdk.exceptions import AirflowFailException

from townsquare.settings import Home

HOME = Home.from_environment()
RELEASE = Asset("townsquare_release")


@task
def check_gates(as_of: str) -> str:
    """Copy the marts into a candidate and hold every gate over it.

    Red: a critical check failed; the log lists each with what was seen and what was expected.
    The candidate is kept in `quarantine/releases/` with its data docs. Mend the cause and
    clear this run's first task, or skip the gate with `townsquare skip-gate`.
    """
    from townsquare import release, steps

    try:
        return steps.audit(HOME, as_of)
    except release.GateFailed as error:  # the same candidate would fail again
        raise AirflowFailException(str(error)) from error


@task(outlets=[RELEASE])
def publish_release(release_id: str) -> dict[str, object]:
    """Make the candidate current, in one atomic step, and remove releases past their time.

    Red: the disk is full or the folder `releases` cannot be written. `current` is as it was.
    """
    from townsquare import steps

    return steps.publish(HOME, release_id)
