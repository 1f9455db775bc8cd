"""How drawings look: few lines, direct labels, and the colours of every page."""

from typing import Any

import altair as alt

from townsquare.looks import BLUE, GREEN, GREY, INK, ORANGE, PURPLE
from townsquare.page._chart import Rows

__all__ = ["BLUE", "GREEN", "GREY", "INK", "ORANGE", "PURPLE"]

_CONFIG: dict[str, Any] = {
    "aria": False,  # the page says what a drawing holds, in words and in a table
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "gridColor": GREY,
        "gridOpacity": 0.25,
        "labelColor": INK,
        "labelFontSize": 12,
        "labelOpacity": 0.8,
        "labelPadding": 6,
        "titleColor": INK,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleOpacity": 0.8,
    },
    "text": {"color": INK, "fontSize": 12},
    "line": {"strokeWidth": 2.25, "strokeCap": "round"},
    "rule": {"color": INK},
    "legend": {
        "labelColor": INK,
        "labelFontSize": 12,
        "orient": "top",
        "title": None,
        "symbolType": "square",
        "offset": 4,
    },
}


def base(height: int) -> alt.Chart:
    """A drawing of the panel's rows, as wide as its place on the page."""
    return alt.Chart(alt.NamedData("rows"), width="container", height=height)


def finished(drawing: alt.Chart | alt.LayerChart) -> alt.Chart | alt.LayerChart:
    """The same with the page's look."""
    padding = {"left": 2, "top": 8, "bottom": 2, "right": 4}
    fitted = drawing.properties(padding=padding, autosize=_FIT)
    looking: alt.Chart | alt.LayerChart = fitted.configure(**_CONFIG)
    return looking


_FIT = alt.AutoSizeParams(type="fit-x", contains="padding")


def dates(field: str) -> alt.X:
    """A horizontal axis of UTC days."""
    ticks = alt.ExprRef("ceil(width / 90)")
    axis = alt.Axis(title=None, tickCount=ticks, labelFlush=True)
    return alt.X(f"{field}:T", scale=alt.Scale(type="utc"), axis=axis)


def amounts(field: str) -> alt.Y:
    """A vertical axis of numbers from zero, with three or four lines across."""
    told = "format(datum.value, abs(datum.value) < 10000 ? ',' : '~s')"
    axis = alt.Axis(title=None, labelExpr=told, tickCount=4, grid=True)
    return alt.Y(f"{field}:Q", axis=axis)


def signed(title: str | None = None, grid: bool = True) -> alt.Axis:
    """An axis of what may lie on both sides of zero."""
    told = "datum.value ? format(datum.value, '+.2~f') : '0'"
    return alt.Axis(title=title, labelExpr=told, tickCount=4, grid=grid)


def shares(title: str | None = None, grid: bool = True, form: str = ".0%") -> alt.Axis:
    """An axis of percentages."""
    told = f"replace(format(datum.value, '{form}'), '%', '\u00a0%')"
    return alt.Axis(title=title, tickCount=4, grid=grid, labelExpr=told)


def tip(field: str, title: str, form: str = ",.3~f") -> alt.Tooltip:
    """One line of what a pointer over a mark shows: a number, or a UTC day."""
    if field.endswith("_date"):
        return alt.Tooltip(
            f"{field}:T", title=title, timeUnit="utcyearmonthdate", format="%d %b %Y"
        )
    return alt.Tooltip(f"{field}:Q", title=title, format=form)


def tip_text(field: str, title: str) -> alt.Tooltip:
    """The same of a text."""
    return alt.Tooltip(f"{field}:N", title=title)


def colours(names: dict[str, str]) -> alt.Color:
    """The colour of each series; the labels at the lines' ends stand for a legend."""
    scale = alt.Scale(domain=list(names), range=list(names.values()))
    return alt.Color("series:N", scale=scale, legend=None)


_LABEL = 0.07  # of the drawing's height: what a line of words takes


def series(rows: Rows, at: str, names: dict[str, str]) -> list[dict[str, Any]]:
    """One row per point of several lines, the last of each with its label."""
    found = []
    for column, name in names.items():
        known = [row for row in rows if row[column] is not None]
        for row in known:
            label = name if row is known[-1] else None
            found.append({at: row[at], "series": name, "value": row[column], "label": label})
    _apart(found)
    return found


def _apart(points: list[dict[str, Any]]) -> None:
    """Say how high each label stands: at its line's end, and above the one below it."""
    gap = _LABEL * max((point["value"] for point in points), default=0)
    lowest = float("-inf")
    for point in sorted((one for one in points if one["label"]), key=lambda one: one["value"]):
        lowest = point["label_at"] = max(point["value"], lowest + gap)
    for point in points:
        point.setdefault("label_at", None)


def end_labels(drawing: alt.Chart, x: alt.X, y: alt.Y, colour: alt.Color) -> alt.Chart:
    """The names of lines, each at its end."""
    heights = y.copy()
    heights.shorthand = "label_at:Q"
    ends = drawing.transform_filter("isValid(datum.label)")
    names: alt.Chart = ends.mark_text(align="left", dx=6, fontWeight="bold").encode(
        x=x, y=heights, color=colour, text="label:N"
    )
    return names


BAR: dict[str, Any] = {"height": 12, "yOffset": 9, "cornerRadius": 2}
TICK: dict[str, Any] = {"thickness": 3, "height": 18, "yOffset": 9, "color": INK}
DOT: dict[str, Any] = {"filled": True, "size": 110, "opacity": 1, "yOffset": 9}
_LINE = 44  # pixels of one line of a list: its words above, its bar below


def listed(n_lines: int) -> alt.Chart:
    """A list whose lines have their words above their bar, so that both fit on a phone."""
    return base(_LINE * n_lines)


def line_of_list() -> alt.Y:
    """The line of a row, by its `order`."""
    return alt.Y("order:O", axis=None, scale=alt.Scale(padding=0))


def across(field: str, scale: alt.Scale | None = None) -> alt.X:
    """Along the line, without an axis: the words above say how much it is."""
    return alt.X(f"{field}:Q", axis=None, scale=alt.Undefined if scale is None else scale)


def line_label(
    chart: alt.Chart, y: alt.Y, field: str, at_right: bool = False, **more: Any
) -> alt.Chart:
    """A text above the bar, at the left or right end; an ellipsis ends what is too long."""
    place: dict[str, Any]
    if at_right:
        place = {"align": "right", "x": alt.ExprRef("width"), "opacity": 0.8}
        limit = alt.ExprRef("width * 0.7")
    else:
        place, limit = {"align": "left", "x": 0}, alt.ExprRef("width * 0.96")
    words: alt.Chart = chart.mark_text(
        baseline="bottom", dy=1, limit=limit, **place, **more
    ).encode(y=y, text=f"{field}:N")
    return words
