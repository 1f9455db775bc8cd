"""Rebuilds a range of event dates from what is landed, as of the warehouse's own day."""

from datetime import date, timedelta

from townsquare import locking, warehouse
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import Home


def check_range(home: Home, first: date, last: date) -> date:
    """The date that a rebuilt range is as of; TownsquareError where it cannot be rebuilt."""
    as_of = warehouse.built_as_of(home)
    if as_of is None:
        raise TownsquareError(
            f"{home.warehouse} holds no finished build, so there is nothing to rebuild a part of; "
            "`townsquare run` builds everything."
        )
    if first > last:
        raise TownsquareError(
            f"The range begins on {first} and ends on {last}, before it begins; exchange the two."
        )
    if last >= as_of:
        raise TownsquareError(
            f"The range ends on {last}, but the warehouse knows what happened before {as_of}; "
            f"end it on {as_of - timedelta(days=1)} or earlier, or let `townsquare run` add days."
        )
    return as_of


def rebuild(home: Home, first: date, last: date) -> date:
    """Build the range anew in every layer up to the frames; returns the date that it is as of.

    May run again after a failure: until the run's last layer is built the plan stays the same.
    Whoever else wants to write meanwhile is told to wait, so ranges follow one another.
    """
    from ml import learners

    as_of = check_range(home, first, last)
    network = read_network(home)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    with locking.writer(home, f"backfilling {first} to {last}"):
        warehouse.plan(home, as_of, also=days)
        warehouse.build(home, network, "warehouse", as_of)
        learners.enrich(home, as_of.isoformat())
        for layer in ("marts", "frames"):
            warehouse.build(home, network, layer, as_of)
    return as_of
