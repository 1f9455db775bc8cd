"""Asks a release what every chart wants to know, and says why where it cannot answer."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from townsquare.page import _chart
from townsquare.page._chart import Chart, Panel, Row
from townsquare.rows import rows_of
from townsquare.settings import DATABASE
from townsquare.sql_text import literal
from townsquare.words import packed

log = logging.getLogger(__name__)


# What goes wrong in one chart on data that nobody thought of; the other charts do not suffer.
_UNDRAWABLE = (duckdb.Error, ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Drawing:
    """One panel as the page holds it; `key` is the id of the element that it is drawn in."""

    key: str
    name: str
    spec: dict[str, Any]
    rows: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One chart with what it says and draws, or with the reason why there is nothing to draw."""

    name: str
    chart: Chart
    rows: Sequence[Row] = ()
    title: str = ""
    drawings: Sequence[Drawing] = ()
    absent: str | None = None


@dataclass(frozen=True)
class Release:
    """A release's database, opened to be read, and what it says of itself."""

    connection: duckdb.DuckDBPyConnection
    told: Row
    capabilities: dict[str, tuple[bool, str | None]]

    def ask(self, query: str) -> list[Row]:
        """Rows of a query by column; `$as_of` in it is the release's date."""
        values = {"as_of": self.told["as_of_date"]} if "$as_of" in query else None
        return [
            {name: _number(value) for name, value in row.items()}
            for row in rows_of(self.connection, query, values)
        ]


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


@contextmanager
def opened(folder: Path) -> Iterator[Release]:
    """Open the release of a folder that is named by its id and whose `meta` is written."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        asking = Release(connection, {}, {})
        (told,) = asking.ask(f"from meta.releases where release_id = {literal(folder.name)}")
        said = asking.ask("from meta.capabilities where kind = 'relation'")
        capabilities = {one["name"]: (one["is_available"], one["reason"]) for one in said}
        yield Release(connection, told, capabilities)


def answers(release: Release) -> list[Answer]:
    """Every chart, answered or with its reason."""
    return [_answer(release, name, chart) for name, chart in _chart.load().items()]


def _answer(release: Release, name: str, chart: Chart) -> Answer:
    reason = _missing(release, chart)
    if reason:
        return Answer(name, chart, absent=reason)
    try:
        rows = release.ask(chart.query)
        if not rows:
            return Answer(name, chart, absent=chart.empty)
        return Answer(name, chart, rows, chart.says(rows), _drawings(name, chart.draws(rows)))
    except _UNDRAWABLE as error:  # a release must not wait for a picture of it
        log.warning("the chart %s cannot be drawn", name, exc_info=error)
        said = (str(error) or type(error).__name__).splitlines()[0]
        return Answer(name, chart, absent=f"It cannot be drawn from this release ({said}).")


def _drawings(name: str, panels: Sequence[Panel]) -> list[Drawing]:
    return [
        Drawing(f"{name}-{place}", panel.name, panel.drawing.to_dict(), packed(panel.rows))
        for place, panel in enumerate(panels)
    ]


def _missing(release: Release, chart: Chart) -> str | None:
    for relation in chart.relations:
        if "." in relation:  # meta is in every release
            continue
        is_available, reason = release.capabilities.get(relation, (False, "it is not published"))
        if not is_available:
            said = (reason or "not available").replace(": not available: ", ": ")
            return f"{relation}{' is' if said.startswith('not ') else ':'} {said}."
    return None
