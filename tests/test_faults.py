"""What the machine refuses is told in one sentence with the way out; other errors stay errors."""

import errno
import os
import sqlite3
from pathlib import Path

import duckdb
import pytest

from townsquare import faults
from townsquare.errors import TownsquareError
from townsquare.settings import Home


@pytest.mark.parametrize(
    ("error", "way_out"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x"), "make room"),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "x"), "make room"),
        (sqlite3.OperationalError("database or disk is full"), "make room"),
        (duckdb.IOException("Could not write file: No space left on device"), "make room"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "x"), "give the permission back"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS), "x"), "give the permission back"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "give the permission"),
        (OSError(errno.EIO, os.strerror(errno.EIO), "x"), "mend it"),
    ],
    ids=str,
)
def test_what_the_machine_refuses_is_one_sentence(
    error: Exception, way_out: str, tmp_path: Path
) -> None:
    with pytest.raises(TownsquareError, match=way_out) as told, faults.told(Home(tmp_path)):
        raise error
    assert str(tmp_path) in str(told.value)
    assert "no release was harmed" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "error", [KeyError("permission denied"), FileNotFoundError(2, "No such file"), ValueError()]
)
def test_a_mistake_of_the_code_is_not_made_a_fault_of_the_machine(
    error: Exception, tmp_path: Path
) -> None:
    with pytest.raises(type(error)), faults.told(Home(tmp_path)):
        raise error


def test_a_home_that_does_not_exist_yet_is_told_too(tmp_path: Path) -> None:
    assert "MB free" in str(faults.way_out(Home(tmp_path / "a" / "b"), "No space left on device"))
