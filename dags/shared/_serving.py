"""The task that brings a new current release to the server, where one is named."""

from airflow.sdk import XComArg, task

from townsquare.settings import Home, serving_url

HOME = Home.from_environment()


def then_serve(switched: XComArg) -> None:
    """Serve what a task has made current, as soon as it has."""
    if serving_url():
        switched >> serve_release()


@task
def serve_release() -> dict[str, object] | None:
    """Load the current release into PostgreSQL and have new sessions read it.

    Red: the server cannot be reached, has no room, or refuses; the log says which. The release is
    published all the same, and the server's readers keep the one that they have. Mend the cause
    and clear this task.
    """
    from townsquare import serving

    return serving.follow(HOME)
