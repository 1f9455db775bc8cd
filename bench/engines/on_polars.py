"""The three marts in polars, lazily.   python -m bench.engines.on_polars LANDING FOLDER"""

import sys
from pathlib import Path

import polars as pl

from bench.engines.events import (
    CONTENT_VERBS,
    IDLE_MINUTES,
    PARTS_OF_DAY,
    SOURCES,
    TABLES,
    VERBS,
    user_of,
)

DAY = pl.col("at").dt.date().alias("activity_date")


def main() -> None:
    """Read, compute and write."""
    landing, folder = Path(sys.argv[1]), Path(sys.argv[2])
    newest = {name: read(landing, name) for name in TABLES}
    events = all_events(newest)
    made = [user_days(events), content_days(newest), sessions(events)]
    for name, rows in zip(("user_days", "content_days", "sessions"), made, strict=True):
        rows.collect().write_parquet(folder / f"{name}.parquet")


def read(landing: Path, name: str) -> pl.LazyFrame:
    """The newest version of every row."""
    key, at, columns = TABLES[name]
    rows = pl.scan_parquet(landing / name / "*" / "*.parquet", hive_partitioning=False)
    rows = rows.select(key, at, *columns, "loaded_at", "batch_id")
    newest = rows.sort("loaded_at", "batch_id").unique(key, keep="last", maintain_order=True)
    return newest.rename({at: "at"})


def all_events(newest: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """What users did, one row each."""
    verbs = {"contents": pl.col("kind"), "messages": pl.lit("message")}
    parts = [
        rows.select(
            pl.col(user_of(name)).alias("user_id"),
            "at",
            pl.lit(name).alias("source"),
            verbs.get(name, pl.col("verb")).alias("verb"),
            (pl.col("dwell_seconds") if name == "interactions" else pl.lit(0.0)).alias("dwell"),
        )
        for name, rows in newest.items()
    ]
    return pl.concat(parts).filter(pl.col("user_id").is_not_null())


def counted(wanted: dict[str, str], column: str) -> list[pl.Expr]:
    """An expression per count."""
    return [(pl.col(column) == value).sum().alias(name) for name, value in wanted.items()]


def user_days(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per user and day."""
    sources = {name: value for name, value in SOURCES.items() if name != "n_relation_changes"}
    part = pl.col("at").dt.hour() // 6
    return events.group_by("user_id", DAY).agg(
        pl.len().alias("n_activities"),
        *counted(sources, "source"),
        *counted(VERBS, "verb"),
        *((part == n).sum().alias(f"n_{name}_activities") for n, name in enumerate(PARTS_OF_DAY)),
        pl.col("dwell").sum().alias("dwell_seconds"),
        pl.col("at").min().alias("first_event_at"),
        pl.col("at").max().alias("last_event_at"),
    )


def content_days(newest: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per content and day on which something was done to it."""
    done = newest["interactions"].select("content_id", "at", "verb", "dwell_seconds")
    replies = newest["contents"].select(
        pl.col("reply_to_id").alias("content_id"),
        "at",
        pl.lit("reply to it").alias("verb"),
        pl.lit(0.0).alias("dwell_seconds"),
    )
    rows = pl.concat([done, replies]).filter(pl.col("content_id").is_not_null())
    return rows.group_by("content_id", DAY).agg(
        (pl.col("verb") != "reply to it").sum().alias("n_interactions"),
        *counted(CONTENT_VERBS, "verb"),
        (pl.col("verb") == "reply to it").sum().alias("n_replies"),
        pl.col("dwell_seconds").sum(),
    )


def sessions(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per session of a user."""
    ordered = events.sort("user_id", "at")
    same = pl.col("user_id") == pl.col("user_id").shift()
    near = pl.col("at") - pl.col("at").shift() <= pl.duration(minutes=IDLE_MINUTES)
    number = (~(same & near).fill_null(value=False)).cum_sum().alias("number")
    return (
        ordered.with_columns(number)
        .group_by("number")
        .agg(
            pl.col("user_id").first(),
            pl.col("at").min().alias("started_at"),
            pl.col("at").max().alias("ended_at"),
            pl.len().alias("n_activities"),
            pl.col("dwell").sum().alias("dwell_seconds"),
            *counted(SOURCES, "source"),
        )
        .drop("number")
    )


if __name__ == "__main__":
    main()
