"""What things are called on the server; a name is never put together anywhere else."""

import re
import secrets
from dataclasses import dataclass

LEDGER = "serving"
MARTS, META = "marts", "meta"
LOADING, RETIRED = "loading", "retired"
ANALYST = "analyst"


@dataclass(frozen=True)
class Place:
    """The two schemas of one release: what DuckDB calls `main`, and what it calls `meta`."""

    marts: str
    meta: str

    def schema(self, of: str) -> str:
        """The schema here of a schema in the release's DuckDB database."""
        return self.marts if of == "main" else self.meta

    @property
    def both(self) -> tuple[str, str]:
        """The two of them, as a search path looks through them."""
        return self.marts, self.meta


STABLE = Place(MARTS, META)
LOADING_TABLES = Place(f"{LOADING}_tables", f"{LOADING}_tables_meta")
LOADING_VIEWS = Place(f"{LOADING}_views", f"{LOADING}_views_meta")


def place_of(release_id: str) -> Place:
    """Where a release stands for as long as it is served: 2025-06-30.1 in release_2025_06_30_1."""
    name = "release_" + re.sub(r"\W", "_", release_id)
    return Place(name, f"{name}_meta")


def retired() -> Place:
    """Names for what nobody shall find any more and what is to be dropped."""
    name = f"{RETIRED}_{secrets.token_hex(4)}"
    return Place(name, f"{name}_meta")
