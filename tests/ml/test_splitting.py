from datetime import date, timedelta

import pytest

from ml.declaration import Split
from ml.splitting import NotEnoughError, Outcomes, Parts, split

AS_OF = date(2025, 6, 30)
PLENTY = Outcomes(500, 500)


def grid(step: int, days: int, outcomes: Outcomes = PLENTY) -> dict[date, Outcomes]:
    return {AS_OF - timedelta(days=back): outcomes for back in range(0, days, step)}


def assert_no_label_is_open(parts: Parts, horizon_days: int) -> None:
    horizon = timedelta(days=horizon_days)
    assert max(parts.train) + horizon <= min(parts.valid)
    assert max(parts.valid) + horizon <= min(parts.judge)
    assert max(parts.refit) + horizon <= min(parts.judge)
    assert max(parts.judge) + horizon <= AS_OF


# A forgotten gap is invisible where the step is as long as the horizon: hence a daily grid too.
@pytest.mark.parametrize("step", [1, 7, 28, 30])
@pytest.mark.parametrize("horizon_days", [7, 28, 90])
def test_no_label_of_one_part_is_open_when_the_next_begins(step: int, horizon_days: int) -> None:
    declared = Split(train_days=365, valid_days=28, judge_days=28)
    parts = split(grid(step, 900), AS_OF, horizon_days, declared, enough=900)
    assert_no_label_is_open(parts, horizon_days)


def test_on_a_daily_grid_every_part_lies_as_late_as_it_may() -> None:
    parts = split(grid(1, 400), AS_OF, 28, Split(train_days=100), enough=1)
    assert parts.judge == (AS_OF - timedelta(days=28),)
    assert parts.valid == (AS_OF - timedelta(days=56),)
    assert parts.train[-1] == AS_OF - timedelta(days=84)
    assert len(parts.train) == 100
    assert (parts.refit[0], parts.refit[-1]) == (parts.train[0], parts.valid[-1])


def test_a_rare_outcome_is_judged_on_as_few_dates_as_hold_enough_of_it() -> None:
    rare = grid(7, 700, Outcomes(40, 5000))
    parts = split(rare, AS_OF, 28, Split(train_days=365, valid_days=90, judge_days=60), 100)
    assert (len(parts.judge), len(parts.valid)) == (3, 3)
    assert_no_label_is_open(parts, 28)


def test_a_rarer_one_is_judged_on_no_more_days_than_declared() -> None:
    rarest = grid(7, 700, Outcomes(1, 5000))
    parts = split(rarest, AS_OF, 28, Split(train_days=365, valid_days=14, judge_days=28), 100)
    assert (len(parts.judge), len(parts.valid)) == (4, 2)


def test_a_history_shorter_than_three_horizons_is_refused_with_both_numbers() -> None:
    with pytest.raises(NotEnoughError, match="at least 270 days before 2025-06-30.* is 181 days"):
        split(grid(1, 182), AS_OF, 90, Split(train_days=365), enough=1)
    with pytest.raises(NotEnoughError, match="no outcome .* is known yet"):
        split({}, AS_OF, 90, Split(train_days=365), enough=1)
