"""Where Airflow's UI lies, as Airflow itself is told; in a module that costs nothing to import."""

from urllib.parse import SplitResult, urlsplit


def ui() -> str:
    """The address that a person opens, without a slash at its end; empty where nobody told it."""
    from airflow.configuration import conf

    return str(conf.get("api", "base_url", fallback="")).rstrip("/")


def of(path: str) -> str:
    """The address of one of its pages."""
    return ui() + path


def parts() -> SplitResult:
    """The same in its parts: behind a proxy Airflow may lie under a path of its own."""
    return urlsplit(ui())
