"""The tasks of townsquare_daily one by one, each in a child that may be killed, without Airflow.

What a task does, its order and what it is handed come from the DAG file itself, so that a task that
is added or reshaped is put to the same trials. Use it only in a process of its own: it loads
everything once, and forks before any database is open.
"""

import importlib.util
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from townsquare.airflow_env import environment
from townsquare.settings import DAGS, Home

PATIENCE_SECONDS = 600
Moment = Callable[[Home, float], bool]  # told the seconds since the start; whether to kill now


class TaskFailedError(Exception):
    """A task that nobody killed ended red."""


@dataclass
class Run:
    """One run of the DAG on a home: what each task has returned so far, and how long it took."""

    home: Home
    as_of: str | None = None
    run_type: str = "manual"
    returned: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def load(home: Home) -> ModuleType:
    """The DAG's module, with what its tasks import already imported."""
    os.environ.update(environment(home, 8080))
    import dbt.adapters.duckdb  # noqa: F401
    import dbt.cli.main  # noqa: F401
    import great_expectations  # noqa: F401

    from ml import daily, learning  # noqa: F401
    from townsquare import quality, release, steps  # noqa: F401

    path = DAGS / "townsquare_daily.py"
    spec = importlib.util.spec_from_file_location("daily_dag", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["daily_dag"] = module
    spec.loader.exec_module(module)
    return module


class Daily:
    """The DAG's tasks in order."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._tasks = {task.task_id: task for task in module.townsquare_daily().topological_sort()}

    @property
    def task_ids(self) -> list[str]:
        """In the order in which they run."""
        return list(self._tasks)

    def run(self, run: Run, *, from_task: str | None = None) -> None:
        """Run every task that is left; TaskFailedError when one ends red."""
        ids = self.task_ids
        for task_id in ids[ids.index(from_task) if from_task else 0 :]:
            self.attempt(run, task_id)

    def attempt(
        self, run: Run, task_id: str, try_number: int = 1, moment: Moment | None = None
    ) -> bool:
        """One try of one task, killed at a moment where one is given; whether it was."""
        told = run.home.root / f".told-{task_id}"
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            self._child(run, task_id, try_number, told)
        killed = _wait(run.home, child, started, moment)
        answer = json.loads(told.read_text()) if told.exists() and not killed else {}
        told.unlink(missing_ok=True)
        if not killed:
            if "returned" not in answer:
                raise TaskFailedError(f"{task_id}: {answer.get('error', 'it left no word')}")
            run.returned[task_id] = answer["returned"]
            run.seconds[task_id] = time.monotonic() - started
        return killed

    def _modules(self) -> list[ModuleType]:
        """The DAG's own module and those whose tasks it shares with others."""
        names = [name for name in sys.modules if name.startswith("dags.")]
        return [self._module, *(sys.modules[name] for name in names)]

    def _child(self, run: Run, task_id: str, try_number: int, told: Path) -> None:
        log = os.open(run.home.root / "tasks.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            os.environ["TOWNSQUARE_HOME"] = str(run.home.root)
            context = {
                "params": {"as_of": run.as_of},
                "dag_run": SimpleNamespace(run_type=run.run_type),
                "ti": SimpleNamespace(try_number=try_number),
            }
            for module in self._modules():
                if hasattr(module, "HOME"):
                    module.HOME = run.home
                if hasattr(module, "get_current_context"):
                    module.get_current_context = lambda: context
            task = self._tasks[task_id]
            given = [run.returned[value.operator.task_id] for value in task.op_args]
            answer = {"returned": task.python_callable(*given)}
        except BaseException as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        told.write_text(json.dumps(answer, default=str))
        os._exit(0)


def _wait(home: Home, child: int, started: float, moment: Moment | None) -> bool:
    """Wait for the child, or kill it at the moment; whether the kill came in time."""
    while time.monotonic() - started < PATIENCE_SECONDS:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.WIFSIGNALED(status)
        if moment is not None and moment(home, time.monotonic() - started):
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            return os.WIFSIGNALED(status)
        time.sleep(0.001 if moment else 0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise TaskFailedError(f"a task did not end within {PATIENCE_SECONDS} s")
