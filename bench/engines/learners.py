"""Every learner of the first day on the inputs that the run left, in one bare process.

    TOWNSQUARE_HOME=... python -m bench.engines.learners FOLDER

Nothing remembered from the run is there: models are fitted and ids given anew, in FOLDER.
"""

import json
import shutil
import sys
from pathlib import Path

from ml import learners
from townsquare import warehouse
from townsquare.settings import Home


def main() -> None:
    """Learn in a home of its own; one line of JSON tells the seconds of each learner."""
    home, scratch = Home.from_environment(), Home(Path(sys.argv[1]))
    as_of = warehouse.built_as_of(home)
    assert as_of is not None
    (scratch.root / "landing").symlink_to(home.landing.resolve())
    for name in ("network.yml", "warehouse/built.json"):
        (scratch.root / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(home.root / name, scratch.root / name)
    shutil.copytree(home.inputs, scratch.inputs)
    told = learners.enrich(scratch, as_of.isoformat())
    print(json.dumps({name: said["seconds"] for name, said in told.items()}))


if __name__ == "__main__":
    main()
