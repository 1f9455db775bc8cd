"""Damaged Parquet files with the contract's columns."""

from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from damaged import case

AT = datetime(2024, 1, 1, 8)


def users(folder: Path, file: str = "users.parquet", **columns: Any) -> Path:
    """Good users, but for these columns."""
    n = max((len(values) for values in columns.values()), default=3)
    good = {"user_id": [f"u{i}" for i in range(n)], "registered_at": [AT] * n}
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(good | columns), path)
    return folder


@case("files", refused="users.parquet cannot be read as Parquet")
def parquet_cut_short(folder: Path, draw: Random) -> Path:
    path = users(folder) / "users.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[: draw.randrange(1, len(whole) - 1)])
    return folder


@case("files", refused="users.parquet cannot be read as Parquet")
def empty_parquet(folder: Path, draw: Random) -> Path:
    (folder / "users.parquet").write_bytes(b"")
    return folder


@case("files", refused="users.parquet cannot be read as Parquet")
def parquet_whose_pages_were_overwritten(folder: Path, draw: Random) -> Path:
    path = users(folder, user_id=[str(draw.random()) for _ in range(999)]) / "users.parquet"
    content = bytearray(path.read_bytes())
    content[500:900] = draw.randbytes(400)
    path.write_bytes(content)
    return folder


@case("files", refused="users.parquet cannot be read as Parquet")
def parquet_whose_footer_was_overwritten(folder: Path, draw: Random) -> Path:
    path = users(folder) / "users.parquet"
    content = bytearray(path.read_bytes())
    content[-300:-8] = draw.randbytes(292)
    path.write_bytes(content)
    return folder


@case("files", refused="users.parquet cannot be read as Parquet")
def csv_under_the_name_of_parquet(folder: Path, draw: Random) -> Path:
    (folder / "users.parquet").write_text("user_id,registered_at\nu1,2024-01-01\n")
    return folder


@case("files", landed={})
def parquet_without_rows(folder: Path, draw: Random) -> Path:
    return users(folder, user_id=pa.array([], pa.string()), registered_at=pa.array([], pa.int64()))


@case("files", refused="has the column 'colour'")
def parquet_with_a_strange_column(folder: Path, draw: Random) -> Path:
    return users(folder, colour=[1, 2, 3])


@case("files", refused="lacks the column 'registered_at'")
def parquet_without_a_required_column(folder: Path, draw: Random) -> Path:
    pq.write_table(pa.table({"user_id": ["u1"]}), folder / "users.parquet")
    return folder


@case("files", refused="has the column 'user_id' twice")
def parquet_with_a_repeated_column(folder: Path, draw: Random) -> Path:
    names = ["user_id", "user_id", "registered_at"]
    rows = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), pa.array([AT])], names)
    pq.write_table(rows, folder / "users.parquet")
    return folder


@case("files", landed={"users": 9})
def ids_whose_type_changes_from_file_to_file(folder: Path, draw: Random) -> Path:
    users(folder, "users/1.parquet", user_id=pa.array([1, 2, 3], pa.uint64()))
    users(folder, "users/2.parquet", user_id=["a", "b", "c"])
    return users(folder, "users/3.parquet", user_id=[7.5, 8.5, 9.5])


@case(
    "files",
    landed={"users": 1},
    quarantined={"users": {"user_id is an object": 2, "user_id is missing": 1}},
)
def ids_that_are_objects(folder: Path, draw: Random) -> Path:
    users(folder, "users/1.parquet", user_id=[{"id": 1}, {"id": 2}, None])
    return users(folder, "users/2.parquet", user_id=["u1"])


@case(
    "files",
    landed={"users": 1},
    quarantined={"users": {"user_id is a list": 2}},
)
def ids_that_are_lists(folder: Path, draw: Random) -> Path:
    users(folder, "users/1.parquet", user_id=[["u1"], []])
    return users(folder, "users/2.parquet", user_id=["u1"])


@case("files", landed={"users": 1}, quarantined={"users": {"user_id is not Unicode": 1}})
def ids_that_are_bytes(folder: Path, draw: Random) -> Path:
    return users(folder, user_id=pa.array([b"u1", b"\xff\xfe"], pa.binary()))


@case("files", refused="users.parquet cannot be read as Parquet")
def texts_that_are_not_utf_8(folder: Path, draw: Random) -> Path:
    bad = pa.array([b"\xff\xfe"], pa.binary()).cast(pa.string(), safe=False)
    return users(folder, user_id=bad)


@case(
    "files",
    landed={"users": 4},
    quarantined={
        "users": {
            "registered_at is not a time in UTC": 2,
            "registered_at lies before 1970-01-02": 1,
            "registered_at lies in the future": 1,
        }
    },
)
def times_that_no_clock_shows(folder: Path, draw: Random) -> Path:
    seconds = pa.array([10**15, -(10**15), -5, 4 * 10**10, 1704096000], pa.timestamp("s"))
    users(folder, "users/1.parquet", registered_at=seconds)
    return users(folder, "users/2.parquet", user_id=["a", "b", "c"])


@case(
    "files",
    landed={"users": 4},
    quarantined={
        "users": {"registered_at is not a time in UTC": 3, "registered_at is an object": 1}
    },
)
def times_of_every_type(folder: Path, draw: Random) -> Path:
    zoned = pa.array([1704096000123456789], pa.timestamp("ns", tz="Asia/Kathmandu"))
    users(folder, "users/1.parquet", user_id=["zoned"], registered_at=zoned)
    users(folder, "users/2.parquet", user_id=["day"], registered_at=[date(2024, 1, 1)])
    days = pa.array([1704067200000], pa.date64())
    users(folder, "users/3.parquet", user_id=["days"], registered_at=days)
    users(folder, "users/4.parquet", user_id=["text"], registered_at=["2024-01-01T08:00:00Z"])
    users(folder, "users/5.parquet", user_id=["n"], registered_at=[1704096000])
    users(folder, "users/6.parquet", user_id=["t"], registered_at=[AT.time()])
    users(folder, "users/7.parquet", user_id=["yes"], registered_at=[True])
    return users(folder, "users/8.parquet", user_id=["object"], registered_at=[{"at": AT}])


@case(
    "files",
    landed={"surveys": 2},
    quarantined={"surveys": {"score is not a number": 3, "score is above 10": 1}},
)
def numbers_that_are_none(folder: Path, draw: Random) -> Path:
    scores = pa.array([7.0, float("nan"), float("inf"), 1e300])
    for number, values in enumerate([scores, pa.array(["8", "eight"])]):
        n = len(values)
        rows = {
            "survey_id": [f"{number}-{i}" for i in range(n)],
            "answered_at": [AT] * n,
            "user_id": ["u1"] * n,
            "kind": ["nps"] * n,
            "score": values,
        }
        (folder / "surveys").mkdir(exist_ok=True)
        pq.write_table(pa.table(rows), folder / "surveys" / f"{number}.parquet")
    return folder


@case("files", landed={"contents": 2}, quarantined={"contents": {"tags is not a list": 1}})
def tags_that_are_no_lists(folder: Path, draw: Random) -> Path:
    for number, tags in enumerate([["a b"], [["a", None]], [[1, 2]]]):
        rows = {"content_id": [f"{number}"], "published_at": [AT], "kind": ["post"], "tags": tags}
        (folder / "contents").mkdir(exist_ok=True)
        pq.write_table(pa.table(rows), folder / "contents" / f"{number}.parquet")
    return folder


@case("files", refused="one value is longer than 16 MB|unpacks to more", is_bomb=True)
def a_parquet_bomb(folder: Path, draw: Random) -> Path:
    long = pa.array(["x" * (8 << 20)])
    name = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), long)
    return users(folder, name=name, user_id=[f"u{i}" for i in range(60_000)])
