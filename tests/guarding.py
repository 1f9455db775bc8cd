"""Lists every guard of the code, and notices which of them the suite has seen to refuse something.

A guard is a `raise` of the product, or a kind of check of its gates. Both are read from the source,
so that a new one is in the list without an edit. What is declared in data is broken where it
stands: the contract's rules in tests/ingest/test_rules.py, dbt's data tests in
tests/dbt_project/test_data_tests_can_fail.py, the suites' expectations in tests/quality.
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import pytest

from townsquare.errors import TownsquareError
from townsquare.quality import Check
from townsquare.settings import PROJECT_ROOT

PRODUCT = ("townsquare", "ml", "dags", "control_room")
# Guards that nothing is known to have refused, from before the list was kept; it may only shrink.
DEBT = Path(__file__).parent / "unseen_guards.txt"
# These end or skip a task or the program; they refuse nothing.
_NO_REFUSAL = re.compile(r"Exit|KeyboardInterrupt|Airflow\w*Exception|StopIteration|SystemExit")
_FEWEST_LETTERS = 12


@dataclass(frozen=True)
class Guard:
    """One guard: where it stands, and what it says or checks."""

    file: str
    first: int
    last: int
    said: str

    def __str__(self) -> str:
        return f"{self.file}: {' '.join(self.said.split())}"


Place = tuple[str, int]


@cache
def raises() -> tuple[Guard, ...]:
    """Every `raise` of the product that refuses something."""
    found: list[Guard] = []
    for path in sorted(p for folder in PRODUCT for p in (PROJECT_ROOT / folder).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                said = ast.get_source_segment(source, node.exc) or ""
                if not _NO_REFUSAL.search(ast.unparse(node.exc.func)):
                    name = path.relative_to(PROJECT_ROOT).as_posix()
                    found.append(Guard(name, node.lineno, node.end_lineno or node.lineno, said))
    return tuple(found)


@cache
def gate_checks() -> tuple[Guard, ...]:
    """Every kind of check that a gate names in the source: its gate and what it expects."""
    found: list[Guard] = []
    for path in sorted((PROJECT_ROOT / "townsquare").rglob("*.py")):
        name = path.relative_to(PROJECT_ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_check", "Check"):
                words = [a.value if isinstance(a, ast.Constant) else None for a in node.args[:3]]
                if len(words) == 3 and isinstance(words[0], str) and isinstance(words[2], str):
                    said = f"{words[0]} gate: {words[2]}"
                    found.append(Guard(name, node.lineno, node.end_lineno or 0, said))
    return tuple(found)


def debt() -> set[str]:
    """The guards that were unseen when the list began, each on a line."""
    return set(DEBT.read_text(encoding="utf-8").splitlines()) if DEBT.exists() else set()


def _template(guard: Guard) -> re.Pattern[str] | None:
    """What the sentence of a raise looks like; None when too little of it is written there."""
    call = ast.parse(guard.said, mode="eval").body
    found: list[list[str | None]] = []
    for text in call.args if isinstance(call, ast.Call) else ():
        parts = text.values if isinstance(text, ast.JoinedStr) else [text]
        written = [part.value if isinstance(part, ast.Constant) else None for part in parts]
        found.append([part if isinstance(part, str) else None for part in written])
    words = max(found, key=_n_letters, default=[])
    if _n_letters(words) < _FEWEST_LETTERS:
        return None
    return re.compile("".join(".*" if word is None else re.escape(word) for word in words))


def _n_letters(words: Iterable[str | None]) -> int:
    return sum(len(word) for word in words if word)


class Seen:
    """What the suite saw refused so far."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self.sentences: set[str] = set()
        self.failed: set[str] = set()

    def frame(self, frame: FrameType | None) -> None:
        """Note where the product stands while an error is made."""
        while frame is not None:
            self._place(frame.f_code.co_filename, frame.f_lineno)
            frame = frame.f_back

    def error(self, error: BaseException | None) -> None:
        """Note where an error that a test expected came from, and what it came from."""
        while error is not None:
            self._traceback(error.__traceback__)
            for inner in getattr(error, "errors", list)():  # of pydantic
                self.error(inner.get("ctx", {}).get("error") if isinstance(inner, dict) else None)
            error = error.__cause__ or error.__context__

    def _traceback(self, traceback: TracebackType | None) -> None:
        while traceback is not None:
            self._place(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
            traceback = traceback.tb_next

    def _place(self, file: str, line: int) -> None:
        if file.startswith(str(PROJECT_ROOT)):
            self.places.add((Path(file).relative_to(PROJECT_ROOT).as_posix(), line))

    def unseen(self) -> list[Guard]:
        """The guards that nothing has made refuse anything."""
        return [
            *(guard for guard in raises() if not self._has_raised(guard)),
            *(guard for guard in gate_checks() if guard.said not in self.failed),
        ]

    def unpaid(self) -> list[Guard]:
        """The unseen guards that are no old debt."""
        old = debt()
        return [guard for guard in self.unseen() if str(guard) not in old]

    def _has_raised(self, guard: Guard) -> bool:
        if any((guard.file, line) in self.places for line in range(guard.first, guard.last + 1)):
            return True
        template = _template(guard)
        return template is not None and any(map(template.search, self.sentences))

    def dump(self) -> list[list[Any]]:
        """What was seen, to be handed from one process to another."""
        return [[list(p) for p in sorted(self.places)], sorted(self.sentences), sorted(self.failed)]

    def load(self, told: Iterable[Iterable[Any]]) -> None:
        """Take over what another process saw."""
        places, sentences, failed = told
        self.places |= {(file, line) for file, line in places}
        self.sentences |= set(sentences)
        self.failed |= set(failed)


SEEN = Seen()


class _Watched:
    """A `pytest.raises` that tells what it caught."""

    def __init__(self, expected: Any) -> None:
        self._expected = expected

    def __enter__(self) -> Any:
        return self._expected.__enter__()

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        SEEN.error(error)
        return bool(self._expected.__exit__(kind, error, traceback))


def _errors() -> Iterator[type[Exception]]:
    """The product's own exceptions; the product may handle one before a test can see it."""
    yield TownsquareError
    for path in sorted(p for folder in PRODUCT for p in (PROJECT_ROOT / folder).rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and "Exception" in map(ast.unparse, node.bases):
                name = ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)
                error = getattr(import_module(name), node.name)
                if error is not TownsquareError:
                    yield error


def _watch(patch: pytest.MonkeyPatch) -> None:
    """Notice, from now on, what is refused in this process."""
    raising, checking = pytest.raises, Check.__init__

    def raises(*arguments: Any, **named: Any) -> Any:
        expected = raising(*arguments, **named)
        return _Watched(expected) if hasattr(expected, "__enter__") else expected

    def noticed(making: Callable[..., None]) -> Callable[..., None]:
        def make(self: Exception, *arguments: Any) -> None:
            SEEN.frame(sys._getframe(1))
            making(self, *arguments)

        return make

    def check(self: Check, *arguments: Any, **named: Any) -> None:
        checking(self, *arguments, **named)
        if not self.success:
            SEEN.failed.add(f"{self.gate} gate: {self.expectation}")

    patch.setattr(pytest, "raises", raises)
    for error in _errors():
        patch.setattr(error, "__init__", noticed(error.__init__))
    patch.setattr(Check, "__init__", check)


def is_whole(config: pytest.Config) -> bool:
    """Whether the run was asked for every test, so that what it did not see is not tested."""
    option = config.option
    chosen = option.keyword or option.markexpr or option.lf or option.collectonly
    return config.args == config.getini("testpaths") and not chosen


def told() -> Iterator[str]:
    """The state of the guards in a person's words."""
    unseen, unpaid = set(map(str, SEEN.unseen())), SEEN.unpaid()
    n_all = len(raises()) + len(gate_checks())
    yield f"{n_all} guards in the code, {len(unseen)} of them never seen to refuse anything"
    if unpaid:
        yield "These want a test that sees them refuse something:"
        yield from (f"  {guard}" for guard in unpaid)
    if paid := sorted(debt() - unseen):
        yield f"These were seen, or are gone; take them out of {DEBT.name}:"
        yield from (f"  {line}" for line in paid)


class Watch:
    """The plugin of pytest that watches a session, and fails a whole one that left a guard out."""

    def __init__(self) -> None:
        self._patch = pytest.MonkeyPatch()

    def pytest_sessionstart(self) -> None:
        """Notice, from now on, what is refused in this process."""
        _watch(self._patch)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of pytest-xdist saw."""
        SEEN.load(getattr(node, "workeroutput", {}).get("guards", [[], [], []]))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail a whole run in which a guard refused nothing."""
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput["guards"] = SEEN.dump()
        elif is_whole(config) and exitstatus == 0 and SEEN.unpaid():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if config.option.keep_guards:
            config.option.keep_guards.write_text(json.dumps(SEEN.dump()), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the guards that a whole run has left out."""
        if is_whole(terminalreporter.config):
            terminalreporter.section("guards")
            for line in told():
                terminalreporter.line(line, red=bool(SEEN.unpaid()))

    def pytest_unconfigure(self) -> None:
        """Put everything back."""
        self._patch.undo()
