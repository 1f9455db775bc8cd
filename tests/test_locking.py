import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from townsquare import locking
from townsquare.errors import TownsquareError
from townsquare.settings import Home

HOLD = """
import sys, time
from pathlib import Path
from townsquare import locking
from townsquare.settings import Home
with locking.writer(Home(Path(sys.argv[1])), "testing"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_who_holds_the_home(tmp_path: Path, holder) -> None:
    with (
        pytest.raises(TownsquareError, match=rf"process {holder.pid} \(testing\)"),
        locking.writer(Home(tmp_path), "more"),
    ):
        pass


def test_the_lock_of_a_killed_writer_is_free(tmp_path: Path, holder) -> None:
    holder.kill()
    holder.wait()
    with locking.writer(Home(tmp_path), "after"):
        assert str(os.getpid()) in Home(tmp_path).lock.read_text()


def test_the_lock_can_be_taken_again_after_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with locking.writer(Home(tmp_path), "again"):
            time.sleep(0)
