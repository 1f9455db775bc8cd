"""The pages of the control room: one `<page>.py` with its facts and one `<page>.html` each.

The folder is the list. A page's module has `facts(asked)`, which returns what its template names.
"""

from pathlib import Path

PREFIX = "/townsquare"
CARD = "/card/{score}/{version}"
FIRST = "current_release"
FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Every page by name, the one that opens first before the others."""
    found = (path.stem for path in FOLDER.glob("[!_]*.html"))
    return sorted(found, key=lambda name: (name != FIRST, name))


def route(name: str) -> str:
    """A page's place among the views of Airflow's plugins."""
    return f"townsquare-{name.replace('_', '-')}"


def title(name: str) -> str:
    """What a page is called in menus."""
    return name.replace("_", " ").capitalize()
