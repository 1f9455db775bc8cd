"""The three marts in pandas.   python -m bench.engines.on_pandas LANDING FOLDER"""

import sys
from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds

from bench.engines.events import (
    CONTENT_VERBS,
    IDLE_MINUTES,
    PARTS_OF_DAY,
    SOURCES,
    TABLES,
    VERBS,
    user_of,
)


def main() -> None:
    """Read, compute and write."""
    landing, folder = Path(sys.argv[1]), Path(sys.argv[2])
    newest = {name: read(landing, name) for name in TABLES}
    events = all_events(newest)
    made = {
        "user_days": user_days(events),
        "content_days": content_days(newest),
        "sessions": sessions(events),
    }
    for name, frame in made.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def read(landing: Path, name: str) -> pd.DataFrame:
    """The newest version of every row."""
    key, at, columns = TABLES[name]
    wanted = [key, at, *columns, "loaded_at", "batch_id"]
    rows = ds.dataset(landing / name, format="parquet").to_table(columns=wanted).to_pandas()
    rows = rows.sort_values(["loaded_at", "batch_id"], kind="stable")
    return rows.drop_duplicates(key, keep="last").rename(columns={at: "at"})


def all_events(newest: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What users did, one row each."""
    parts = []
    for name, rows in newest.items():
        verbs = rows.get("verb", rows.get("kind", "message"))
        dwell = rows.get("dwell_seconds", 0.0)
        user = rows[user_of(name)]
        part = {"user_id": user, "at": rows["at"], "source": name, "verb": verbs, "dwell": dwell}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True).dropna(subset=["user_id"])


def counted(events: pd.DataFrame, wanted: dict[str, str], column: str) -> dict[str, pd.Series]:
    """A column of truth values per count."""
    return {name: events[column].eq(value) for name, value in wanted.items()}


def user_days(events: pd.DataFrame) -> pd.DataFrame:
    """One row per user and day."""
    sources = {name: value for name, value in SOURCES.items() if name != "n_relation_changes"}
    part = events["at"].dt.hour // 6
    counts = {
        **counted(events, sources, "source"),
        **counted(events, VERBS, "verb"),
        **{f"n_{name}_activities": part.eq(n) for n, name in enumerate(PARTS_OF_DAY)},
    }
    rows = events.assign(**counts, activity_date=events["at"].dt.floor("D"))
    return (
        rows.groupby(["user_id", "activity_date"])
        .agg(
            n_activities=("at", "size"),
            dwell_seconds=("dwell", "sum"),
            first_event_at=("at", "min"),
            last_event_at=("at", "max"),
            **{name: (name, "sum") for name in counts},
        )
        .reset_index()
    )


def content_days(newest: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per content and day on which something was done to it."""
    done, told = newest["interactions"], newest["contents"]
    done = done.assign(is_reply=False, is_done=True)[
        ["content_id", "at", "verb", "dwell_seconds", "is_reply", "is_done"]
    ]
    replies = told.dropna(subset=["reply_to_id"])
    replies = pd.DataFrame(
        {"content_id": replies["reply_to_id"], "at": replies["at"], "is_reply": True}
    ).assign(verb="reply", dwell_seconds=0.0, is_done=False)
    rows = pd.concat([done.dropna(subset=["content_id"]), replies], ignore_index=True)
    counts = counted(rows, CONTENT_VERBS, "verb")
    rows = rows.assign(**counts, activity_date=rows["at"].dt.floor("D"))
    return (
        rows.groupby(["content_id", "activity_date"])
        .agg(
            n_interactions=("is_done", "sum"),
            n_replies=("is_reply", "sum"),
            dwell_seconds=("dwell_seconds", "sum"),
            **{name: (name, "sum") for name in counts},
        )
        .reset_index()
    )


def sessions(events: pd.DataFrame) -> pd.DataFrame:
    """One row per session of a user."""
    counts = counted(events, SOURCES, "source")
    ordered = events.assign(**counts).sort_values(["user_id", "at"], kind="stable")
    gap = ordered["at"] - ordered.groupby("user_id")["at"].shift()
    number = (gap.isna() | (gap > pd.Timedelta(minutes=IDLE_MINUTES))).cumsum()
    return (
        ordered.groupby(number)
        .agg(
            user_id=("user_id", "first"),
            started_at=("at", "min"),
            ended_at=("at", "max"),
            n_activities=("at", "size"),
            dwell_seconds=("dwell", "sum"),
            **{name: (name, "sum") for name in counts},
        )
        .reset_index(drop=True)
    )


if __name__ == "__main__":
    main()
