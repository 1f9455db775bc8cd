"""How values are written for a person: in sentences, in tables, and as data of a drawing."""

from collections.abc import Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

MINUS, NO_BREAK = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


def number(value: float, digits: int = 3) -> str:
    """A number with thousands set apart; fractions keep so many significant digits."""
    value = value or 0  # what was rounded to nothing from below has a sign of its own
    if float(value).is_integer() or abs(value) >= 10**digits:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.{digits}g}"
    return text.replace("-", MINUS)


def share(value: float) -> str:
    """A share as a percentage; below ten with a decimal."""
    digits = 1 if 0 < abs(value) < 0.0995 else 0
    return f"{value:.{digits}%}".replace("%", f"{NO_BREAK}%").replace("-", MINUS)


def signed(value: float) -> str:
    """A change, with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)


def day(value: date) -> str:
    """A date as people write it."""
    return f"{value.day} {value:%b %Y}"


def sentence(text: str) -> str:
    """A sentence with its first letter large, in which no percent sign stands alone on a line."""
    return text[:1].upper() + text[1:].replace(" %", f"{NO_BREAK}%")


def plural(count: int, one: str, more: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def moved(now: float, before: float) -> str:
    """How much more or less something is, as a part of a sentence."""
    if not before:
        return f"from {number(before)}"
    change = now / before - 1
    if abs(change) < 0.005:
        return "as many as"
    return f"{share(abs(change))} {'more' if change > 0 else 'fewer'} than"


def reason(text: str) -> str:
    """Why something is not available, where it is said already that it is not."""
    return text.removeprefix("not available: ").replace(": not available: ", ": ")


def cell(name: str, value: object) -> str:
    """A cell of a table; a column's name tells whether it is a share."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return share(value) if name.startswith("share_") else number(value)
    if isinstance(value, date | datetime):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def packed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows as JSON can hold them, each column's name once."""
    names = list(rows[0]) if rows else []
    return {"columns": names, "rows": [[_plain(row[name]) for name in names] for row in rows]}


def _plain(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}") if isfinite(value) else None  # JSON has no word for the others
    return value.isoformat() if isinstance(value, date) else value


def wilson(count: float, total: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): it stays within 0 and 1 however few there are."""
    z = 1.96
    middle = (count + z * z / 2) / (total + z * z)
    half = z / (total + z * z) * (count * (total - count) / total + z * z / 4) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)


_SHARES = {"stickiness"}  # columns of daily_metrics that are shares, told in percent


def figure_name(column: str) -> str:
    """A column of figures as a person names it: n_new_users is `new users`."""
    told = column.removeprefix("n_").removesuffix("_seconds").replace("_", " ")
    return column.upper() if column in {"dau", "wau", "mau"} else told.replace("avg ", "mean ")


def figure(column: str, value: float) -> str:
    """What a column of daily_metrics says, in its unit: 0.073 of stickiness is `7.3 %`."""
    return share(value) if column in _SHARES else f"{number(_rounded(value))}{_unit(column)}"


def change(column: str, value: float) -> str:
    """How far it moved, with its sign, in the same unit; a share moves by points."""
    if column in _SHARES:
        return f"{signed(round(100 * value, 1))} points"
    return f"{signed(_rounded(value))}{_unit(column)}"


def span(column: str, low: float, high: float) -> str:
    """From one change to another, the unit once."""
    unit = " points" if column in _SHARES else _unit(column)
    return f"{change(column, low).removesuffix(unit)} to {change(column, high).removesuffix(unit)}"


def _rounded(value: float) -> float:
    """To one decimal, and to none from a hundred on."""
    return round(value, 1) if abs(value) < 100 else round(value)


def _unit(column: str) -> str:
    return f"{NO_BREAK}s" if column.endswith("_seconds") else ""
