from pathlib import Path

import numpy as np
import pytest

from ml.reasons import phrase, read_phrases, reasons


@pytest.mark.parametrize(
    ("feature", "value", "words"),
    [
        ("days_since_last_post", 41, "last post 41 days ago"),
        ("days_since_last_post", 1, "last post 1 day ago"),
        ("days_since_last_post", np.nan, "no last post yet"),
        ("n_posts_28d", 1, "1 post in the last 28 days"),
        ("n_posts_lifetime", 12345, "12,345 posts lifetime"),
        ("share_replies_7d", 0.25, "replies share 25% in the last 7 days"),
        ("share_replies_7d", np.nan, "no share of replies in the last 7 days"),
        ("is_premium", 0, "is not premium"),
        ("has_paid_plan", 1, "has paid plan"),
        ("has_paid_plan", np.nan, "paid plan unknown"),
        ("avg_gap_days_365d", 2.54, "average gap days 2.5 in the last 365 days"),
    ],
)
def test_a_name_and_a_value_make_words(feature: str, value: float, words: str) -> None:
    assert phrase(feature)(value) == words


def test_a_phrase_in_the_features_yml_is_preferred(tmp_path: Path) -> None:
    (tmp_path / "feat_users.yml").write_text(
        "models:\n  - name: feat_users\n    columns:\n      - name: recency_in_gaps\n"
        "        config: {meta: {phrase: 'quiet for {value} times the usual gap'}}\n",
        encoding="utf-8",
    )
    told = read_phrases(tmp_path)
    assert phrase("recency_in_gaps", told["recency_in_gaps"])(3.0) == (
        "quiet for 3 times the usual gap"
    )


def test_the_three_strongest_come_first_with_their_direction() -> None:
    features = ("n_posts_28d", "is_premium", "days_since_last_post", "n_likes_28d", "n_saves_28d")
    values = np.array([[2.0, 1.0, 9.0, 0.0, 5.0]])
    contributions = np.array([[-0.5, 0.1, 2.0, 0.7, 0.0]])
    assert reasons(features, values, contributions, {}) == [
        [
            "last post 9 days ago (raises it)",
            "0 likes in the last 28 days (raises it)",
            "2 posts in the last 28 days (lowers it)",
        ]
    ]


def test_a_feature_that_moved_nothing_is_no_reason() -> None:
    assert reasons(("n_posts_28d",), np.ones((1, 1)), np.zeros((1, 1)), {}) == [[]]
