"""What a chart declares: a question, the query that answers it, and how that is said and drawn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

Row = dict[str, Any]
Rows = Sequence[Row]


class Section(Enum):
    """The parts of the page, in their order."""

    MOVED = "What moved since the last release"
    PEOPLE = "People"
    CONTENT = "Content"
    FUNNELS = "Funnels"
    SCORES = "Scores"


@dataclass(frozen=True)
class Panel:
    """One drawing and the rows it draws; a chart of several panels gives each a name."""

    drawing: "alt.Chart | alt.LayerChart"
    rows: Rows
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart; its file in `charts` is its name, and nothing else need know of it.

    `query` is asked of the release; `$as_of` in it is the release's date. `columns` are the heads
    of its table, by column of the query, which are also the figures that a reader without eyes or
    scripts gets. `says` turns the rows into the sentence that stands above the drawing; `shows` a
    row into what its line of the table says, where that is more than its values.
    """

    question: str
    section: Section
    place: int
    relations: tuple[str, ...]
    query: str
    columns: Mapping[str, str]
    says: Callable[[Rows], str]
    draws: Callable[[Rows], Sequence[Panel]]
    shows: Callable[[Row], Row] = dict
    reads: str
    empty: str
    is_wide: bool = False


def grouped(rows: Rows, column: str) -> Iterator[tuple[str, list[Row]]]:
    """Rows that follow one another and agree in a column, by what it says."""
    for value, group in groupby(rows, lambda row: str(row[column])):
        yield value, list(group)


def load() -> dict[str, Chart]:
    """Every chart of the folder by its name, in the order of the page."""
    found: dict[str, Chart] = {}
    for path in sorted((Path(__file__).parent / "charts").glob("[a-z]*.py")):
        found[path.stem] = import_module(f"townsquare.page.charts.{path.stem}").CHART
    order = list(Section)
    return dict(
        sorted(found.items(), key=lambda one: (order.index(one[1].section), one[1].place, one[0]))
    )
