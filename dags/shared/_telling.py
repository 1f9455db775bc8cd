"""What every task and DAG shares: the writer's slot, a second try, and whom to tell of trouble."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from control_room import alerts
from townsquare.airflow_env import task_defaults
from townsquare.network import read_network
from townsquare.settings import Home

if TYPE_CHECKING:
    from airflow.sdk import DeadlineAlert

ALERTS = read_network(Home.from_environment()).alerts
_WHOM: dict[str, Any] = {"email": ",".join(ALERTS.email), "webhook": ALERTS.webhook}
_ANYBODY = bool(ALERTS.email or ALERTS.webhook)


def defaults(owner: str = "operator") -> dict[str, Any]:
    """The default arguments of every DAG; where nobody is to be told, nothing is called."""
    told = {"on_failure_callback": alerts.Failed(**_WHOM)} if _ANYBODY else {}
    return {**task_defaults(owner), **told}


def late_data() -> list[alerts.Alert]:
    """For the task that lands: tell when what has landed ends too early."""
    if not _ANYBODY or ALERTS.late_days is None:
        return []
    return [alerts.LateData(ALERTS.late_days, **_WHOM)]


def asked() -> list[alerts.Alert]:
    """For a task that waits for a person: tell that it does."""
    return [alerts.Asked(**_WHOM)] if _ANYBODY else []


def deadline() -> "DeadlineAlert | None":
    """For a DAG that has to be done in time after it was queued."""
    if not _ANYBODY or ALERTS.deadline_minutes is None:
        return None
    from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference

    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=ALERTS.deadline_minutes),
        callback=AsyncCallback(alerts.Overdue, kwargs=_WHOM),
    )
