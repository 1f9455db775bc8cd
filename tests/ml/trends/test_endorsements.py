from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq

from ml.learners import Run
from ml.trends._endorsements import read_endorsements
from townsquare.network import Network
from townsquare.settings import Home

AS_OF = date(2025, 7, 1)


def test_endorsements_are_summed_by_pair_without_what_was_taken_back(tmp_path: Path) -> None:
    home, late, early = Home(tmp_path), date(2025, 6, 1), date(2025, 1, 1)
    rows = [
        ("a", "b", "like", 2, late),
        ("a", "b", "reply", 1, late),
        ("a", "b", "view", 5, late),  # looking is not endorsing
        ("a", "c", "follow", 1, late),
        ("a", "c", "follow", -1, late),  # corrected
        ("a", "d", "like", 1, early),  # too long ago
    ]
    names = ["actor_id", "target_id", "verb", "n_events", "event_date"]
    home.inputs.mkdir(parents=True)
    table = pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
    pq.write_table(table, home.inputs / "input_ties.parquet")
    learner = SimpleNamespace(reads=("input_ties",))
    run = Run(home, Network(), AS_OF, None, learner)  # type: ignore[arg-type]
    told = read_endorsements(run).to_pylist()
    assert told == [{"giver_id": "a", "receiver_id": "b", "n": 3}]
