"""What sqlfluff needs to render models without dbt or a warehouse; only the linter reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

_PROJECT = yaml.safe_load((Path(__file__).parents[1] / "dbt_project.yml").read_text("utf-8"))
_QUERIES = {"days_spine": "select range({}) as date_day"}

execute = False


class flags:  # noqa: N801 - dbt's own name
    """dbt's flags."""

    FULL_REFRESH = False


class adapter:  # noqa: N801 - dbt's own name
    """dbt's adapter: a dispatched macro becomes a call of a function of its name."""

    @staticmethod
    def dispatch(name: str) -> Callable[..., str]:
        """Stand in for the macro of this engine."""
        form = _QUERIES.get(name, f"{name}({{}})")
        return lambda *arguments: form.format(", ".join(str(each) for each in arguments))


class dbt:  # noqa: N801 - dbt's own name
    """dbt's own cross-database macros, those that models use."""

    @staticmethod
    def datediff(first: str, second: str, part: str) -> str:
        """Stand in for the number of parts between two times."""
        return f"date_diff('{part}', {first}, {second})"


def var(name: str, default: Any = None) -> Any:
    """Give the variable's default, as dbt_project.yml declares it."""
    return _PROJECT["vars"].get(name, default)
