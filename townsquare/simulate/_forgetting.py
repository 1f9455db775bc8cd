"""Has a simulated network live on without one person, as if the account were closed for good."""

import logging
import re

import numpy as np

from townsquare.errors import TownsquareError
from townsquare.settings import Home
from townsquare.simulate._outbox import Outbox
from townsquare.simulate._people import NEVER
from townsquare.simulate._run import read_simulation
from townsquare.simulate._state import State, load_state, save_state, start_us
from townsquare.simulate._world import make_world

_LOW = 0xFFFFFFFF

log = logging.getLogger(__name__)


def forget(home: Home, user_id: str) -> None:
    """Close the account in the checkpoint, with its contents and its ties; again is harmless."""
    held, checkpoint = read_simulation(home), home.truth / "checkpoint"
    told = re.fullmatch(r"u([0-9]+)", user_id)
    if held is None or told is None or not checkpoint.exists():
        return
    outbox = Outbox(make_world(held.users, held.seed, held.start), start_us(held.start))
    try:
        state = load_state(outbox, checkpoint)
    except TownsquareError as error:  # such a network lives on with nobody
        log.warning("%s", error)
        return
    who = int(told.group(1))
    if who < len(state.people):
        _close(state, who)
        save_state(state, outbox, checkpoint)


def _close(state: State, who: int) -> None:
    people, pool = state.people, state.pool
    people.is_deleted[who] = people.is_unsubscribed[who] = True
    people.is_present[who] = people.is_premium[who] = False
    people.belief[who] = 0.0
    people.ring[who] = -1
    people.premium_since[who] = NEVER
    written = pool.id[pool.author == who]
    pool.root = np.where(np.isin(pool.root, written), pool.id, pool.root)
    state.pool = pool.where(pool.author != who)
    for name in ("edges", "followed"):
        pairs = getattr(state, name)
        setattr(state, name, pairs[(pairs >> 32 != who) & (pairs & _LOW != who)])
    state.liked = state.liked[(state.liked >> 32 != who) & ~np.isin(state.liked & _LOW, written)]
