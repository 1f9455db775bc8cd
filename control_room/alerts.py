"""Tells people, by mail and webhook, that a run failed, is overdue, had late data or asks them.

Airflow calls these as notifiers: in the task that failed, and in the triggerer when a deadline has
passed. What is configured is in network.yml; servers and secrets are Airflow's connections
`smtp_default` and `townsquare_webhook`, which come from the environment or a secrets backend.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from airflow.sdk.bases.notifier import BaseNotifier

from control_room import address
from townsquare.settings import Home

WEBHOOK = "townsquare_webhook"
_SECONDS = 15
Context = Any  # Airflow's own is a TypedDict that knows nothing of deadlines

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """What a person has to know, each in a sentence or two."""

    subject: str
    what: str
    since: str
    affected: str
    next_step: str
    link: str

    def as_html(self) -> str:
        """The mail's body."""
        told = (
            ("What", self.what),
            ("Since", self.since),
            ("Affected", self.affected),
            ("Next step", self.next_step),
        )
        lines = "".join(f"<p><b>{word}:</b> {escape(text)}</p>" for word, text in told)
        return f'{lines}<p><a href="{escape(self.link)}">{escape(self.link)}</a></p>'


class Webhook(BaseNotifier):
    """Posts a message as JSON to the address that the connection `townsquare_webhook` holds."""

    def __init__(self, message: Message, context: Context = None) -> None:
        super().__init__(context=context)
        self.message = message

    def notify(self, context: Context) -> None:
        """Post it; an answer of 400 or above is an error."""
        import httpx
        from airflow.sdk import BaseHook

        asked = self._request(BaseHook.get_connection(WEBHOOK))
        httpx.post(**asked).raise_for_status()

    async def async_notify(self, context: Context) -> None:
        """The same, without holding up the triggerer."""
        import httpx
        from airflow.sdk import BaseHook

        asked = self._request(await BaseHook.aget_connection(WEBHOOK))
        async with httpx.AsyncClient() as client:
            (await client.post(**asked)).raise_for_status()

    def _request(self, found: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {found.password}"} if found.password else {}
        told = {**asdict(self.message), "text": f"{self.message.subject}\n{self.message.what}"}
        return {"url": found.host, "json": told, "headers": headers, "timeout": _SECONDS}


class Alert(BaseNotifier):
    """One kind of message to everyone who is to be told; `message` says what, or None for nothing.

    `email` holds addresses with commas between them.
    """

    def __init__(self, email: str = "", webhook: bool = False, context: Context = None) -> None:
        super().__init__(context=context)
        self.email = email
        self.webhook = webhook

    def message(self, context: Context) -> Message | None:
        """What is to be told of this context."""
        raise NotImplementedError

    def notify(self, context: Context) -> None:
        """Tell everyone; one who cannot be reached keeps nobody else from being told."""
        for channel in self._channels(context):
            try:
                channel.notify(context)
            except Exception:
                log.exception("%s could not be told", type(channel).__name__)

    async def async_notify(self, context: Context) -> None:
        """The same, in the triggerer."""
        for channel in self._channels(context):
            try:
                await channel.async_notify(context)
            except Exception:
                log.exception("%s could not be told", type(channel).__name__)

    def _channels(self, context: Context) -> Sequence[BaseNotifier]:
        told = self.message(context)
        if told is None:
            return []
        channels: list[BaseNotifier] = [Webhook(told)] if self.webhook else []
        if self.email:
            from airflow.providers.smtp.notifications.smtp import SmtpNotifier

            to = self.email.split(",")
            channels.append(SmtpNotifier(to, subject=told.subject, html_content=told.as_html()))
        return channels


class Failed(Alert):
    """A task has failed for good."""

    def message(self, context: Context) -> Message | None:
        """The task's own error, what waits for it, and what its documentation says to do."""
        ti, task = context["ti"], context["task"]
        waiting = sorted(task.get_flat_relative_ids(upstream=False))
        return Message(
            subject=f"{ti.dag_id} failed at {ti.task_id}",
            what=f"{ti.task_id} of {ti.dag_id}: {context.get('exception') or 'it was killed'}",
            since=_utc(ti.start_date),
            affected=f"Not done: {', '.join(waiting) or 'nothing else'}. {_readers_have()}",
            next_step=_when_red(task.doc_md) or "Open the task's log, mend the cause, clear it.",
            link=address.of(f"/dags/{ti.dag_id}/runs/{ti.run_id}/tasks/{ti.task_id}"),
        )


class LateData(Alert):
    """A table that the network cannot do without ends too early."""

    def __init__(
        self, late_days: int, email: str = "", webhook: bool = False, context: Context = None
    ) -> None:
        super().__init__(email, webhook, context)
        self.late_days = late_days

    def message(self, context: Context) -> Message | None:
        """Which tables lag behind the day that the run is as of; None where none does."""
        from datetime import date

        from townsquare import ingest

        ti = context["ti"]
        as_of = date.fromisoformat(ti.xcom_pull(task_ids=ti.task_id))
        late = ingest.lagging(Home.from_environment(), as_of, self.late_days)
        if not late:
            return None
        told = ", ".join(f"{name} (newest {newest or 'none'})" for name, newest in late.items())
        return Message(
            subject=f"Data of {ti.dag_id} is late",
            what=f"As of {as_of} these tables end more than {self.late_days} days before: {told}.",
            since=", ".join(sorted({str(newest) for newest in late.values()})),
            affected=f"The release as of {as_of} will know nothing newer of them; the gates may "
            f"refuse it. {_readers_have()}",
            next_step="Look at the page Freshness, have the source send what is missing, then "
            "clear the run from land_source.",
            link=address.page("freshness"),
        )


class Overdue(Alert):
    """A run has not ended by its deadline."""

    def message(self, context: Context) -> Message | None:
        """Which run, since when it runs, and what readers have meanwhile."""
        run = context["dag_run"]
        dag_id, run_id = run["dag_id"], run["dag_run_id"]
        return Message(
            subject=f"{dag_id} is overdue",
            what=f"{run_id} of {dag_id} was to be done by {context['deadline']['deadline_time']}.",
            since=f"{run.get('start_date') or run.get('queued_at') or 'it has not started'}",
            affected=f"There is no newer release yet. {_readers_have()}",
            next_step="Open the run: a task that waits for the slot of townsquare_writer waits for "
            "another run; one that runs says in its log what it does.",
            link=address.of(f"/dags/{dag_id}/runs/{run_id}"),
        )


class Asked(Alert):
    """A challenger waits for a person."""

    def message(self, context: Context) -> Message | None:
        """What is asked, and where the answer is given."""
        ti, task = context["ti"], context["task"]
        return Message(
            subject=task.subject,
            what=f"A challenger has earned promotion and waits for a person: {task.subject}",
            since=_utc(ti.start_date),
            affected="The champion speaks for the score until somebody answers.",
            next_step="Read its card, then approve or reject it at Required Actions.",
            link=address.of(
                f"/dags/{ti.dag_id}/runs/{ti.run_id}/tasks/{ti.task_id}/required_actions"
            ),
        )


def _readers_have() -> str:
    home = Home.from_environment()
    if not home.current.is_symlink():
        return "There is no release yet."
    return f"Readers keep release {home.current.readlink().name}."


def _when_red(doc: str | None) -> str:
    """What a task's documentation says after `Red:`, up to the end of its paragraph."""
    said = " ".join((doc or "").partition("Red:")[2].split("\n\n")[0].split())
    return said[:1].upper() + said[1:]


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "unknown"
