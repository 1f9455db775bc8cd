"""Runs jobs beside each other in processes of their own, each after those that it needs."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from graphlib import TopologicalSorter
from multiprocessing.connection import wait as wait_for
from typing import Any

from townsquare.errors import TownsquareError

Job = tuple[Any, ...]  # a function and its arguments


def run_beside(
    jobs: Mapping[str, Job], needs: Mapping[str, set[str]], at_once: int
) -> Iterator[tuple[str, Any]]:
    """What each job returned, by name, as they end.

    One at a time runs in this process, in the order of `needs`. Raises the first error of a job
    when those that run beside it have ended, and begins no other; TownsquareError where the
    system ended a process.
    """
    order = TopologicalSorter(needs)
    order.prepare()
    ready: list[str] = []
    going: dict[Future[Any], str] = {}
    with _executor(at_once) as pool:
        try:
            while order.is_active():
                ready += order.get_ready()
                # No more than run: what waits in the pool may begin before an error is seen.
                while ready and len(going) < at_once:
                    name = ready.pop(0)
                    going[pool.submit(*jobs[name])] = name
                for ended in wait(going, return_when=FIRST_COMPLETED).done:
                    name = going.pop(ended)
                    yield name, ended.result()
                    order.done(name)
        except BrokenProcessPool as error:
            raise TownsquareError(
                f"The system ended a process that learned beside others ({', '.join(jobs)}), most "
                "likely for want of memory; free some, then run the task again."
            ) from error


def _executor(at_once: int) -> Executor:
    if at_once == 1:
        return ThreadPoolExecutor(1)
    # Spawned, not forked: Arrow and LightGBM have threads, which a fork would wait for.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(at_once, context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A process whose parent was killed must not write beside the one that does its work again."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch(sentinel: int, end: Callable[[int], None] = os._exit) -> None:
        wait_for([sentinel])
        end(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()
