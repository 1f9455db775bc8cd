"""Time is the only splitter: train early, choose later, judge last, one horizon between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ml.declaration import Split


class NotEnoughError(Exception):
    """A sentence that says what the data would have to hold before it can support a score."""


@dataclass(frozen=True)
class Parts:
    """The as_of_dates of each part, ascending."""

    train: tuple[date, ...]
    valid: tuple[date, ...]
    judge: tuple[date, ...]


def split(as_of_dates: Iterable[date], as_of: date, horizon_days: int, declared: Split) -> Parts:
    """
    Choose the parts so that no label of one part is still open when the next part begins.

    A label of D is known from D + horizon on, so every part ends a horizon before the next starts.
    """
    dates = sorted(set(as_of_dates))
    horizon = timedelta(days=horizon_days)
    judge = _last(dates, as_of - horizon, declared.judge_days)
    valid = _last(dates, judge[0] - horizon, declared.valid_days) if judge else ()
    train = _last(dates, valid[0] - horizon, declared.train_days) if valid else ()
    if not train:
        raise NotEnoughError(_too_short(dates, as_of, horizon_days))
    return Parts(train, valid, judge)


def _last(dates: list[date], until: date, days: int) -> tuple[date, ...]:
    """The dates in the `days` that end with the last one not after `until`."""
    mature = [day for day in dates if day <= until]
    return tuple(day for day in mature if day > mature[-1] - timedelta(days=days))


def _too_short(dates: list[date], as_of: date, horizon_days: int) -> str:
    wanted = 3 * horizon_days
    if not dates:
        return f"its frame has no as_of_date up to {as_of}"
    return (
        f"to train, choose and judge with outcomes of {horizon_days} days, as_of_dates must reach "
        f"back at least {wanted} days before {as_of}, and the first one, {dates[0]}, "
        f"is {(as_of - dates[0]).days} days before it"
    )
