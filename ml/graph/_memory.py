"""The communities of earlier runs, a file per as_of: a run done again sees the same past."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ml.graph._communities import NO_PAST, Found, Past
from ml.learners import Run
from townsquare.parquet import save

_KEPT = 60  # runs


def recall(run: Run) -> Past:
    """What the last run before this one's day remembered."""
    folder = run.memory("communities")
    days = sorted(date.fromisoformat(path.stem) for path in folder.glob("[0-9]*.parquet"))
    earlier = [day for day in days if day < run.as_of]
    if not earlier:
        return NO_PAST
    table = pq.read_table(folder / f"{earlier[-1]}.parquet")
    return Past(
        users=table["user_id"].combine_chunks(),
        community=table["community_id"].to_numpy(),
        highest=int((table.schema.metadata or {}).get(b"highest", b"0")),
    )


def remember(run: Run, users: pa.Array, found: Found) -> None:
    """Keep this run's communities; only the newest runs are kept."""
    folder = run.memory("communities")
    member = found.community >= 0
    table = pa.table(
        {
            "user_id": users.filter(pa.array(member)),
            "community_id": np.asarray(found.community[member], dtype=np.int64),
        }
    )
    named = table.replace_schema_metadata({"highest": str(found.highest)})
    save(named, folder / f"{run.as_of}.parquet")
    for path in sorted(folder.glob("[0-9]*.parquet"))[:-_KEPT]:
        path.unlink()
