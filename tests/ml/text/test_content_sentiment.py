from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from ml.text.content_sentiment import fused, read
from ml.text.sentiment import LEXICON_VERSION, Sentiment
from townsquare.network import Texts

DAY = date(2025, 3, 1)


def contents(*bodies: str | None, **columns: list[Any]) -> pa.Table:
    n = len(bodies)
    return pa.table(
        {
            "content_id": [f"c{i}" for i in range(n)],
            "title": pa.array(columns.get("title", [None] * n), pa.string()),
            "body": pa.array(bodies, pa.string()),
            "language": pa.array(columns.get("language", [None] * n), pa.string()),
            "media_path": pa.array(columns.get("media_path", [None] * n), pa.string()),
            "event_date": pa.array([DAY] * n, pa.date32()),
        }
    )


def reading(table: pa.Table, media: Path | None = None, **settings: Any) -> list[dict[str, Any]]:
    return read(table, Sentiment(LEXICON_VERSION), Texts(**settings), media).to_pylist()


def test_moods_are_told_with_probabilities_that_sum_to_one() -> None:
    good, bad, plain = reading(
        contents(
            "I really love this, what a wonderful day it is!!! :)",
            "This is the worst and I hate that it was so terrible :(",
            "The train is at the station and will leave from there.",
        )
    )
    assert [row["label"] for row in (good, bad, plain)] == ["positive", "negative", "neutral"]
    for row in (good, bad, plain):
        assert sum(row[f"{n}_probability"] for n in ("negative", "neutral", "positive")) == (
            pytest.approx(1)
        )
    assert good["score"] > 0.3 and bad["score"] < -0.3


@pytest.mark.parametrize(
    ("turned", "straight"),
    [
        ("the food was not good and it is what it was", "the food was good and it is what it was"),
        ("this is good, but the room was awful", "this is good and the room was not awful"),
        ("what a day that was :(", "what a day that was :)"),
        ("it is what it is 💔", "it is what it is 😍"),
    ],
)
def test_negation_contrast_emoticons_and_emoji_turn_a_mood(turned: str, straight: str) -> None:
    low, high = reading(contents(turned, straight))
    assert low["text_score"] < high["text_score"]


def test_strength_is_heard() -> None:
    plain, drawn_out, loud = reading(
        contents("it is a good day", "it is a very good day", "it is a GOOD day"),
        abstain_below=0.0,
    )
    assert drawn_out["text_score"] > plain["text_score"]
    assert loud["text_score"] > plain["text_score"]


def test_code_and_quotes_are_not_the_authors_mood() -> None:
    table = contents(
        "<p>The call is below and it is what I do:</p><pre><code>kill(); die(bad)</code></pre>",
        "<blockquote>You are a terrible awful liar</blockquote><p>I have the form with me.</p>",
    )
    assert all(row["label"] == "neutral" for row in reading(table))


def test_the_reader_abstains_and_says_why() -> None:
    table = contents(
        "", None, "http://x.example", "Das ist ein sehr schoener Tag gewesen, danke euch allen",
        "it is a good day and I have to go there", "it is a good day",
        language=[None, "en", "en", None, "fr", "en-GB"],
    )  # fmt: skip
    found = reading(table)
    assert [row["abstained_because"] for row in found] == [
        "no words", "no words", "no words", "language de", "language fr", None,
    ]  # fmt: skip
    assert all(row["label"] is None and row["score"] is None for row in found[:5])
    (unsure,) = reading(contents("it is a good day"), abstain_below=0.99)
    assert unsure["abstained_because"] == "unsure"


def test_an_image_is_fused_with_its_text_and_speaks_alone_where_there_is_none(
    tmp_path: Path,
) -> None:
    Image.new("RGB", (20, 20), (255, 220, 80)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"damaged")
    both, alone, damaged = reading(
        contents("I hate that it was so bad", "", "I hate that it was so bad",
                 media_path=["a.png", "a.png", "b.png"]),
        tmp_path, image_weight=0.5,
    )  # fmt: skip
    assert both["score"] == pytest.approx((both["text_score"] + both["image_pleasure"]) / 2)
    assert alone["score"] == alone["image_pleasure"] > 0
    assert alone["label"] is None
    assert damaged["image_pleasure"] is None and damaged["score"] == damaged["text_score"]


def test_fusion_leaves_out_what_is_missing() -> None:
    text, image = np.array([0.8, np.nan, 0.4, np.nan]), np.array([0.0, 0.5, np.nan, np.nan])
    assert np.allclose(fused(text, image, 0.25), [0.6, 0.5, 0.4, np.nan], equal_nan=True)


def test_a_text_reads_the_same_alone_and_among_others() -> None:
    texts = ["I love it and you", "not good at all", "RT @ann: THE best #day ever :)"]
    among = reading(contents(*texts))
    alone = [reading(contents(text))[0] for text in texts]
    assert [r["text_score"] for r in among] == [r["text_score"] for r in alone]


def test_no_rows_are_no_trouble() -> None:
    assert reading(contents()) == []
