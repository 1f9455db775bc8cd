from datetime import date, timedelta

import pytest

from ml.declaration import Split
from ml.splitting import NotEnoughError, Outcomes, split

AS_OF = date(2025, 6, 30)


def _grid(days: int, step: int, happened: int = 50) -> dict[date, Outcomes]:
    first = AS_OF - timedelta(days=days)
    return {
        first + timedelta(days=n): Outcomes(happened, 100)
        for n in range(0, days + 1, step)
        if first + timedelta(days=n + 28) <= AS_OF
    }


@pytest.mark.parametrize("step", [1, 7, 30])
def test_a_horizon_lies_between_every_two_parts(step: int) -> None:
    parts = split(_grid(400, step), AS_OF, 28, Split(train_days=180, valid_days=14), enough=20)
    gap = timedelta(days=28)
    assert parts.train and parts.valid and parts.judge
    assert parts.train[-1] + gap <= parts.valid[0]
    assert parts.valid[-1] + gap <= parts.judge[0]
    assert parts.judge[-1] + gap <= AS_OF


def test_no_date_is_in_two_parts() -> None:
    parts = split(_grid(400, 1), AS_OF, 28, Split(train_days=180, valid_days=14), enough=20)
    together = [*parts.train, *parts.valid, *parts.judge]
    assert len(together) == len(set(together))


def test_earlier_dates_join_while_an_outcome_is_rare() -> None:
    # given 50 outcomes at each weekly date
    few = split(_grid(300, 7), AS_OF, 28, Split(train_days=60, judge_days=28), enough=50)
    many = split(_grid(300, 7), AS_OF, 28, Split(train_days=60, judge_days=28), enough=120)
    # then 50 are there at the last date, and 120 take three of them
    assert len(few.judge) == 1
    assert len(many.judge) == 3


def test_too_short_a_history_is_a_sentence_with_both_numbers() -> None:
    with pytest.raises(NotEnoughError, match="84 days") as caught:
        split(_grid(60, 7), AS_OF, 28, Split(train_days=60), enough=10)
    assert "60 days before it" in str(caught.value)


def test_no_outcome_at_all_is_a_sentence() -> None:
    with pytest.raises(NotEnoughError, match="no outcome"):
        split({}, AS_OF, 28, Split(train_days=60), enough=10)
