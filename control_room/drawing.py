"""Draws a page from its template: every value is escaped, style and script come with the page."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from control_room.pages import FOLDER, PREFIX, names, title
from townsquare import words

_STYLE = Path(__file__).with_name("style.css")
_SCRIPT = Path(__file__).with_name("leaving.js")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "cell": cell,
        "signed": signed,
        "plural": words.plural,
        "minute": minute,
        "title_of": title,
    }
    made.globals |= {
        "style": _STYLE.read_text(encoding="utf-8"),
        "script": _SCRIPT.read_text(encoding="utf-8"),
        "menu": [(name, title(name)) for name in names()],
    }
    return made


def draw(name: str, nonce: str, facts: dict[str, Any], root: str = "") -> str:
    """The page as HTML; `root` is the path that Airflow itself lies under, where it has one."""
    template = _environment().get_template(f"{name}.html")
    return template.render(page=name, nonce=nonce, root=root, prefix=root + PREFIX, **facts)


def cell(value: object) -> str:
    """A value as a person reads it in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:#.3g}" if 0 < abs(value) < 1 else f"{value:,.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def signed(value: float | int | None) -> str:
    """A difference with its sign; nothing where there is none."""
    if not value:
        return "" if value is None else "0"
    return f"{'+' if value > 0 else '−'}{cell(abs(value))}"


def minute(at: str) -> str:
    """A time of the books as a person reads it, to the minute."""
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}" if at else ""
