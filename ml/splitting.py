"""Time is the only splitter: train early, choose later, judge last, one horizon between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ml.declaration import Split


class NotEnoughError(Exception):
    """A sentence that says what the data would have to hold before it can support a score."""


@dataclass(frozen=True)
class Outcomes:
    """How many of the rows of one as_of_date had each outcome."""

    happened: int
    did_not: int


@dataclass(frozen=True)
class Parts:
    """
    The as_of_dates of each part, ascending.

    A model is fitted on `train` to choose its size and calibration on `valid`; so chosen, it is
    fitted anew on `refit`, which is all that is known a horizon before `judge`, and judged there.
    """

    train: tuple[date, ...]
    valid: tuple[date, ...]
    refit: tuple[date, ...]
    judge: tuple[date, ...]


def split(
    known: Mapping[date, Outcomes], as_of: date, horizon_days: int, declared: Split, enough: int
) -> Parts:
    """
    Choose the parts so that no label of one part is still open when the next part begins.

    A label of D is known from D + horizon on, so every part ends a horizon before the next starts.
    To judge and to choose, the latest date will do where it holds enough of both outcomes; where it
    does not, as of a rare outcome, earlier dates join it, as far back as is declared.
    """
    horizon = timedelta(days=horizon_days)
    judge = _latest(known, as_of - horizon, declared.judge_days, enough)
    valid = _latest(known, judge[0] - horizon, declared.valid_days, enough) if judge else ()
    train = _all(known, valid[0] - horizon, declared.train_days) if valid else ()
    if not train:
        raise NotEnoughError(_too_short(sorted(known), as_of, horizon_days))
    refit = tuple(sorted(day for day in known if train[0] <= day <= judge[0] - horizon))
    return Parts(train, valid, refit, judge)


def _all(known: Mapping[date, Outcomes], until: date, days: int) -> tuple[date, ...]:
    """The dates in the `days` that end with the last one not after `until`."""
    closed = sorted(day for day in known if day <= until)
    return tuple(day for day in closed if day > closed[-1] - timedelta(days=days))


def _latest(
    known: Mapping[date, Outcomes], until: date, days: int, enough: int
) -> tuple[date, ...]:
    """As few of them as hold enough of both outcomes, counted from the last one back."""
    taken: list[date] = []
    for day in reversed(_all(known, until, days)):
        taken.insert(0, day)
        happened = sum(known[one].happened for one in taken)
        if min(happened, sum(known[one].did_not for one in taken)) >= enough:
            break
    return tuple(taken)


def _too_short(dates: list[date], as_of: date, horizon_days: int) -> str:
    wanted = 3 * horizon_days
    if not dates:
        return (
            f"no outcome of its {horizon_days} days is known yet as of {as_of}; to train, choose "
            f"and judge, as_of_dates must reach back at least {wanted} days"
        )
    return (
        f"to train, choose and judge with outcomes of {horizon_days} days, as_of_dates must reach "
        f"back at least {wanted} days before {as_of}, and the first one, {dates[0]}, "
        f"is {(as_of - dates[0]).days} days before it"
    )
