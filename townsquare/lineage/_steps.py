"""What a column is made of in one query.

The words for how follow OpenLineage's column lineage facet, where DIRECT is identity,
transformation or aggregation: https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet
"""

from dataclasses import dataclass
from enum import IntEnum

Relation = tuple[str, ...]


class How(IntEnum):
    """What becomes of a column on its way; of two steps the later word here tells of both."""

    CONSTANT = 0
    COPIED = 1
    COMPUTED = 2
    AGGREGATED = 3
    COUNTED = 4
    LEARNED = 5
    UNRESOLVED = 6

    @property
    def word(self) -> str:
        """As releases and pages say it."""
        return self.name.lower()


@dataclass(frozen=True)
class Origin:
    """A column of a relation that the query names; no column where its rows are counted."""

    relation: Relation | None
    column: str | None
    how: How


CONSTANT = Origin(None, None, How.CONSTANT)
UNRESOLVED = Origin(None, None, How.UNRESOLVED)
