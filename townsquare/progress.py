"""Progress on a terminal: a bar for counted work, a line per task of a run; silent in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from townsquare.runs import TaskState

Told = Callable[[str, int, int], None]
_DONE = {"success": "[green]done[/green]", "failed": "[red]failed[/red]", "skipped": "skipped"}


@contextmanager
def bar() -> Iterator[Told]:
    """A bar per kind of work; call it with what is done, how much of it, and how much in all."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as drawn:
        shown: dict[str, object] = {}

        def told(description: str, done: int, total: int) -> None:
            if description not in shown:
                shown[description] = drawn.add_task(description, total=total)
            drawn.update(shown[description], completed=done, total=total)  # type: ignore[arg-type]

        yield told


@contextmanager
def tasks(quiet: bool) -> Iterator[Callable[[list["TaskState"]], None]]:
    """One line for every task of a run when it ends."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    seen: set[tuple[str, int]] = set()

    def told(states: list["TaskState"]) -> None:
        for task in states:
            tried = (task.task_id, task.try_number)
            if task.state in _DONE and tried not in seen:
                seen.add(tried)
                seconds = f"{task.seconds:6.1f} s" if task.seconds is not None else ""
                console.print(f"  {task.task_id:<20}{_DONE[task.state]:<24} {seconds}")
        sys.stderr.flush()

    yield told
