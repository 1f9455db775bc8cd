"""The three learners together, on contents whose topics and moods are known."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.learners import NotAvailableError, Run
from ml.text import content_sentiment, content_topics, sentiment_trends
from townsquare import learned
from townsquare.settings import Home

START = date(2025, 1, 1)
N_DAYS, PER_DAY = 60, 24
AS_OF = START + timedelta(days=N_DAYS)
SHIFT = 30
WORDS = {
    "cats": ["kitten", "whiskers", "litter", "purring", "paws", "tabby", "sofa", "fur"],
    "films": ["director", "trailer", "plot", "actor", "cinema", "sequel", "scene", "camera"],
}
MOODS = ["I hate that awful", "notes on the usual", "I love this great"]


def rows() -> list[dict[str, Any]]:
    """Moods about cats rise on one day; a third of the posts has no tag; some answer others."""
    rng = np.random.default_rng(6)
    made: list[dict[str, Any]] = []
    for number in range(N_DAYS * PER_DAY):
        day, topic = number // PER_DAY, "cats" if number % 2 else "films"
        glad = 0.8 if topic == "cats" and day >= SHIFT else 0.35
        mood = MOODS[2] if rng.random() < glad else MOODS[int(rng.integers(0, 2))]
        words = " ".join(rng.choice(WORDS[topic], 4))
        made.append(
            {
                "content_id": f"c{number:05d}",
                "author_id": f"u{rng.integers(150)}",
                "country": "DE",
                "root_id": f"c{number:05d}",
                "body": f"{mood} {words} that we have",
                "tags": [topic] if number % 3 else None,
                "event_date": START + timedelta(days=day),
            }
        )
    answer = {**made[-2], "content_id": "answer", "root_id": made[-2]["content_id"]}
    made.append({**answer, "body": "Totally agree with you, and that is what I have", "tags": None})
    return made


@pytest.fixture
def learn(
    hand_over: Callable[..., None], run_of: Callable[..., Run]
) -> Callable[..., dict[str, Any]]:
    def do(made: list[dict[str, Any]], dates: tuple[date, ...] | None = None) -> dict[str, Any]:
        hand_over(made)
        told = {}
        for module in (content_sentiment, content_topics, sentiment_trends):
            name = module.__name__.rsplit(".", 1)[1]
            told[name] = module.learn(run_of(name, AS_OF, dates))
        return told

    return do


def relation(run_of: Callable[..., Run], name: str) -> list[dict[str, Any]]:
    run = run_of("sentiment_trends", AS_OF)
    reads = run.read_relation(name) if name in run.learner.reads else None
    if reads is None:
        import pyarrow.dataset as ds

        reads = ds.dataset(learned.folder(run.home, name), format="parquet").to_table()
    found: list[dict[str, Any]] = reads.to_pylist()
    return found


def contents_of(home: Home) -> dict[str, bytes]:
    return {
        str(path.relative_to(home.root)): path.read_bytes()
        for path in sorted(home.learned.rglob("*.parquet"))
    }


def test_topics_are_found_where_no_tag_says_them_and_ids_lead_back(
    learn: Callable[..., dict[str, Any]], run_of: Callable[..., Run]
) -> None:
    made = rows()
    learn(made)
    found = relation(run_of, "content_topics")
    first = {row["content_id"]: row for row in found if row["rank"] == 1}
    untagged = [row["content_id"] for row in made[:-1] if not row["tags"]]
    right = [first[c]["topic_id"] == ("cats" if int(c[1:]) % 2 else "films") for c in untagged]
    assert np.mean(right) > 0.95
    assert {first[c]["source"] for c in untagged} == {"text"}
    assert first["answer"]["source"] == "thread"
    assert {row["topic_id"] for row in relation(run_of, "topics")} == {"cats", "films"}


def test_a_shift_of_mood_is_dated_and_only_the_topic_that_had_one_shows_it(
    learn: Callable[..., dict[str, Any]], run_of: Callable[..., Run]
) -> None:
    learn(rows())
    changes = [
        row
        for row in relation(run_of, "sentiment_trends")
        if row["is_change"] and row["segment_kind"] == "(all)" and row["topic_id"] != "(all)"
    ]
    assert [row["topic_id"] for row in changes] == ["cats"]
    assert abs((changes[0]["published_date"] - START).days - SHIFT) <= 2
    assert changes[0]["change"] > 0.15


def test_one_more_day_gives_the_same_as_everything_anew(
    learn: Callable[..., dict[str, Any]], run_of: Callable[..., Run], home: Home
) -> None:
    made = rows()
    learn(made)
    changed = [dict(row) for row in made]
    for row in changed[-50:]:
        row["body"] = f"I love this great {row['body']}"
    days = tuple(sorted({row["event_date"] for row in changed[-50:]}))
    told = learn(changed, days)
    assert told["content_sentiment"]["rows"] < len(made) / 5
    assert not told["content_topics"]["trained"]
    step_by_step = contents_of(home)
    for stamp in home.models.rglob("version.txt"):
        stamp.unlink()
    learn(changed, days)
    sentiment = {name for name in step_by_step if "content_sentiment" in name}
    assert sentiment
    anew = contents_of(home)
    assert all(step_by_step[name] == anew[name] for name in sentiment)


def test_the_same_again_gives_the_same_bytes(
    learn: Callable[..., dict[str, Any]], home: Home
) -> None:
    made = rows()
    learn(made)
    first = contents_of(home)
    learn(made)
    assert contents_of(home) == first


def test_without_tags_or_seeds_topics_are_not_available_and_seeds_make_them_so(
    hand_over: Callable[..., None], run_of: Callable[..., Run], home: Home, tmp_path: Path
) -> None:
    hand_over([{**row, "tags": None} for row in rows()])
    with pytest.raises(NotAvailableError, match=r"taxonomy\.yml"):
        content_topics.learn(run_of("content_topics", AS_OF))
    (home.root / "taxonomy.yml").write_text(
        "version: 1\ntopics:\n"
        "  - {id: pets, name: Pets, seeds: [kitten, whiskers, tabby]}\n"
        "  - {id: cinema, name: Cinema, seeds: [director, trailer, plot]}\n"
    )
    content_topics.learn(run_of("content_topics", AS_OF))
    first = {
        row["content_id"]: row["topic_id"]
        for row in relation(run_of, "content_topics")
        if row["rank"] == 1
    }
    seedless = [r for r in rows()[:-1] if not set(r["body"].split()) & {"kitten", "whiskers", "tabby", "director", "trailer", "plot"}]  # fmt: skip # noqa: E501
    assert seedless
    right = [
        first.get(row["content_id"]) == ("pets" if int(row["content_id"][1:]) % 2 else "cinema")
        for row in seedless
    ]
    assert np.mean(right) > 0.9


def test_trends_of_nothing_are_not_available(
    hand_over: Callable[..., None], run_of: Callable[..., Run]
) -> None:
    hand_over(rows())
    with pytest.raises(NotAvailableError, match="could be judged"):
        sentiment_trends.learn(run_of("sentiment_trends", AS_OF))
