"""Who spoke for whom of late: what finds accounts that are one hand's."""

from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from ml.learners import Run

VERBS = ("like", "share", "save", "reply", "follow")
DAYS = 90


def read_endorsements(run: Run) -> pa.Table:
    """One row per giver_id, receiver_id and n, how often in the 90 days before as_of; all above 0.

    What was taken back is not counted.
    """
    recent = pc.field("event_date") >= pa.scalar(run.as_of - timedelta(days=DAYS))
    columns = ["actor_id", "target_id", "n_events"]
    deeds = run.read("input_ties", columns, recent & pc.field("verb").isin(VERBS))
    summed = deeds.group_by(["actor_id", "target_id"]).aggregate([("n_events", "sum")])
    named = summed.rename_columns(["giver_id", "receiver_id", "n"])
    return named.filter(pc.field("n") > 0)
