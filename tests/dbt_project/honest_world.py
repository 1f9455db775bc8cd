"""One tiny hand-made network, told in local times, landed from JSON lines: a trap in each user."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

AS_OF = date(2024, 3, 18)  # a Monday
BORDER = date(2024, 1, 1)  # an earlier build ends here, in the midst of a session

rows: dict[str, list[dict[str, Any]]] = defaultdict(list)


def tell(table: str, at: str, told: str | None = None, **columns: object) -> None:
    """A row whose local time `at` states its zone; it is told at the next midnight UTC."""
    event_time = {"users": "registered_at", "contents": "published_at"}.get(table, "occurred_at")
    day = date.fromisoformat(told) if told else datetime.fromisoformat(at).astimezone(UTC).date()
    loaded_at = datetime.combine(day + timedelta(days=1), time())
    rows[table].append({event_time: at, "loaded_at": loaded_at.isoformat(), **columns})


def view(user: str | None, at: str, told: str | None = None, **columns: object) -> None:
    """Somebody looks at something."""
    key = f"{user}{len(rows['interactions'])}"
    given = {"interaction_id": key, "actor_id": user, "verb": "view", **columns}
    tell("interactions", at, told, **{name: value for name, value in given.items() if value})


def register(user: str, at: str, **columns: object) -> None:
    """Somebody registers; whoever is only seen has no cohort."""
    tell("users", at, user_id=user, **columns)


# The hour that New York lived twice, and the history begins with it.
view("fold", "2023-11-05T01:30:00-04:00")
view("fold", "2023-11-05T01:30:00-05:00")

# Awake at midnight, of the year and of the earlier build.
view("owl", "2023-12-31T23:50:00Z")
view("owl", "2024-01-01T00:10:00Z")

# New year's noon in Auckland is still the old year in UTC; the first second of the new one is not.
register("kiwi", "2024-01-01T12:00:00+13:00")
register("punctual", "2024-01-01T00:00:00Z")

# Half an hour of silence to the second, and one second more; beside somebody who stays once.
view("pauser", "2024-01-03T10:00:00Z")
view("pauser", "2024-01-03T10:30:00Z")
view("pauser", "2024-01-03T11:00:01Z")
view("stayer", "2024-01-03T12:00:00Z")
view("stayer", "2024-01-03T12:10:00Z")

# What holds this session together is told three days later, after its two days were built.
view("late", "2024-01-09T23:40:00Z")
view("late", "2024-01-10T00:00:00Z", told="2024-01-13")
view("late", "2024-01-10T00:20:00Z")

# Three cohorts: of one who comes back, of three who do not, of one around the leap day.
register("a1", "2024-01-08T09:00:00Z", country="PT")
for day in ("2024-01-08", "2024-01-15", "2024-01-29"):
    view("a1", f"{day}T09:00:00Z")
for user, at in (("b1", "2024-01-15T09:00:00Z"), ("b2", "2024-01-17T09:00:00Z")):
    register(user, at)
    view(user, at)
register("b3", "2024-01-21T23:30:00Z", country="NZ")
view("b3", "2024-01-21T23:30:00Z")
tell("users", "2024-01-21T23:30:00Z", told="2024-02-01", user_id="b3", country="NZ",
     deleted_at="2024-02-01T12:00:00Z")  # fmt: skip
register("c1", "2024-02-28T09:00:00Z")
for day in ("2024-02-28", "2024-02-29", "2024-03-06"):
    view("c1", f"{day}T09:00:00Z")
view("leap", "2024-02-29T23:59:59Z")

# One event told twice, then corrected.
view("dup", "2024-02-05T10:00:00Z", interaction_id="dup", content_id="unknown")
view("dup", "2024-02-05T10:00:00Z", interaction_id="dup", content_id="unknown")
view("dup", "2024-02-05T10:00:00Z", told="2024-02-07", interaction_id="dup", content_id="unknown",
     verb="like")  # fmt: skip

# One Saturday of a user in Auckland, and of one in Los Angeles.
view("auckland", "2024-02-10T08:00:00+13:00")
view("auckland", "2024-02-10T20:00:00+13:00")
view("angeles", "2024-02-10T10:00:00-08:00")
view("angeles", "2024-02-10T20:00:00-08:00")

# The hour that New York never lived.
view("spring", "2024-03-10T01:59:00-05:00")
view("spring", "2024-03-10T03:01:00-04:00")

# Contents by nobody, seen by nobody known: rates of two unequal days; and one taken away again.
for content in ("p", "gone"):
    tell("contents", "2024-02-19T08:00:00Z", content_id=content, kind="post", title=content)
tell("contents", "2024-02-19T08:00:00Z", told="2024-02-20", content_id="gone", kind="post",
     deleted_at="2024-02-20T08:00:00Z")  # fmt: skip
for at, deeds in (
    ("2024-02-19T12:00:00Z", ["view"] * 10 + ["click", "share", "dislike", "dislike", "dislike"]),
    ("2024-02-20T12:00:00Z", ["view", "click", "like", "like"]),
):
    for verb in deeds:
        view(None, at, verb=verb, content_id="p")


def write(folder: Path) -> Path:
    """The export, one file of JSON lines per table."""
    folder.mkdir(parents=True)
    for table, told in rows.items():
        text = "".join(json.dumps(row) + "\n" for row in told)
        (folder / f"{table}.jsonl").write_text(text, encoding="utf-8")
    return folder
