"""Where Airflow's UI lies, as Airflow itself is told; in a module that costs nothing to import."""

from urllib.parse import SplitResult, urlsplit

from control_room.pages import CARD, PREFIX, route


def ui() -> str:
    """The address that a person opens, without a slash at its end; empty where nobody told it."""
    from airflow.configuration import conf

    return str(conf.get("api", "base_url", fallback="")).rstrip("/")


def of(path: str) -> str:
    """The address of one of its pages."""
    return ui() + path


def page(name: str) -> str:
    """The address of one of the control room's pages, inside the UI."""
    return of(f"/plugin/{route(name)}")


def card(score: str, version: str) -> str:
    """The address of a model's card, which fills the window."""
    return of(PREFIX + CARD.format(score=score, version=version))


def parts() -> SplitResult:
    """The same in its parts: behind a proxy Airflow may lie under a path of its own."""
    return urlsplit(ui())
