"""Damaged exports of the simulator."""

from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from damaged import case
from damaged.parquet_files import users

DAY = "users/exported_date=2024-01-02/part.parquet"


@case("simulate", refused="part.parquet cannot be read as Parquet")
def an_exported_day_cut_short(folder: Path, draw: Random) -> Path:
    path = users(folder, DAY) / DAY
    path.write_bytes(path.read_bytes()[: draw.randrange(8, 200)])
    return folder


@case("simulate", refused="for the day 'yesterday'")
def a_day_that_is_no_day(folder: Path, draw: Random) -> Path:
    return users(folder, "users/exported_date=yesterday/part.parquet")


@case("simulate", refused="holds nothing that the adapter")
def an_export_without_days(folder: Path, draw: Random) -> Path:
    return folder


@case("simulate", refused="has the column 'colour'")
def an_exported_day_with_a_strange_column(folder: Path, draw: Random) -> Path:
    return users(folder, DAY, colour=[1, 2, 3])


@case("simulate", landed={"users": 2}, quarantined={"users": {"user_id is missing": 1}})
def an_exported_day_with_a_missing_key(folder: Path, draw: Random) -> Path:
    return users(folder, DAY, user_id=["u1", None, "u2"])


@case("simulate", landed={"users": 3}, duplicate={"users": 3})
def a_day_exported_twice(folder: Path, draw: Random) -> Path:
    users(folder, DAY)
    return users(folder, "users/exported_date=2024-01-03/part.parquet")


@case("simulate", refused="part.parquet is a link")
def an_exported_day_that_is_a_link(folder: Path, draw: Random) -> Path:
    users(folder, "users/elsewhere.parquet")
    (folder / DAY).parent.mkdir()
    (folder / DAY).symlink_to(folder / "users" / "elsewhere.parquet")
    return folder


@case("simulate", quarantined={"users": {"registered_at is not a time in UTC": 2}})
def an_exported_day_of_wrong_types(folder: Path, draw: Random) -> Path:
    return users(folder, DAY, user_id=[1, 2], registered_at=["soon", "late"])


@case("simulate", landed={})
def an_exported_day_without_rows(folder: Path, draw: Random) -> Path:
    (folder / DAY).parent.mkdir(parents=True)
    schema = pa.schema({"user_id": pa.string(), "registered_at": pa.timestamp("us")})
    pq.write_table(schema.empty_table(), folder / DAY)
    return folder
