"""Where frames lie: a folder of Parquet per frame, and in it a file per as_of_date."""

from pathlib import Path

from townsquare.settings import DBT_PROJECT, Home

_DATES = ".dates.parquet"  # the dates that the frame holds; readers of a dataset pass dots over


def folder(home: Home, frame: str) -> Path:
    """The frame's Parquet, to be read as one dataset."""
    return home.frames / f"{frame}.parquet"


def prepare(home: Home) -> None:
    """The folders that dbt writes to; a file in the place of one, from an older home, goes."""
    for model in (DBT_PROJECT / "models" / "frames").glob("*.sql"):
        place = folder(home, model.stem)
        if place.is_file():
            place.unlink()
        place.mkdir(parents=True, exist_ok=True)


def prune(home: Home) -> None:
    """Remove the dates that the frames no longer hold, as yesterday's own as_of off the grid."""
    import pyarrow.parquet as pq

    for told in home.frames.glob(f"*.parquet/{_DATES}"):
        held = {f"{day}.parquet" for day in pq.read_table(told)["as_of_date"].to_pylist()}
        for path in told.parent.glob("????-??-??.parquet"):
            if path.name not in held:
                path.unlink()
