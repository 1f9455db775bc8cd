"""How values are written for a person."""

import pytest

from townsquare import words

MINUS, SPACE = words.MINUS, words.NO_BREAK


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("dau", -0.04, "0"),
        ("dau", 0.04, "0"),
        ("dau", 0.06, "+0.1"),
        ("avg_session_seconds", -0.04, f"0{SPACE}s"),
        ("avg_session_seconds", -186.4, f"{MINUS}186{SPACE}s"),
        ("stickiness", -0.0004, "0 points"),
        ("stickiness", -0.0006, f"{MINUS}0.1 points"),
    ],
)
def test_a_change_too_small_to_be_told_has_no_sign(column: str, value: float, told: str) -> None:
    assert words.change(column, value) == told
