"""The field in which whoever starts or answers something says why."""

from airflow.sdk import Param


def why(kept_in: str, default: str = "on request") -> Param:
    """A text of at most 500 characters, empty only where its default is; `kept_in` is a table."""
    least = {"minLength": 1} if default else {}
    return Param(
        default,
        type="string",
        maxLength=500,
        title="Reason",
        description=f"Kept in {kept_in}.",
        **least,
    )
