"""One day of the network, from midnight to midnight: everything that happens, in its order."""

from pathlib import Path

import numpy as np

from townsquare.simulate import _truth as truth_files
from townsquare.simulate._campaigns import assign, notify, prompted, tell_assignments
from townsquare.simulate._columns import Bools, Floats, Ints, together
from townsquare.simulate._contents import publish, tell_contents, write_posts
from townsquare.simulate._conversions import ask, convert, draw_buyers
from townsquare.simulate._feed import draw_views
from townsquare.simulate._joining import join, tell_users
from townsquare.simulate._life import age, unhappiness, update_belief
from townsquare.simulate._reactions import (
    answer_back,
    boost_ring_mates,
    comment_on_views,
    look_at_plans,
    react,
    received,
    tell_interactions,
    view_rows,
)
from townsquare.simulate._relations import relate, send_messages
from townsquare.simulate._sessions import Sessions, draw_active, open_sessions
from townsquare.simulate._state import Day


def live(day: Day, truth: Path) -> None:
    """Live one day: the state moves on, its rows wait in the outbox, its truth is written."""
    _heat_topics(day)
    newcomers = join(day)
    assignments = assign(day)
    truth_files.write_effects(day, assignments, truth)
    tell_assignments(day, assignments)
    active = draw_active(day, newcomers, prompted(assignments))
    sessions = open_sessions(day, active, newcomers)
    subscribing, purchasing = draw_buyers(day, active)
    got, asked = _talk(day, sessions, active, subscribing, truth)
    changed = convert(day, sessions, subscribing, purchasing)
    ask(day, sessions, unhappiness(day.people))
    notify(day, assignments, sessions, asked)
    present = day.people.is_present.copy()
    closed = age(day, active, got)
    truth_files.write_departures(day, np.flatnonzero(present & ~day.people.is_present), truth)
    update_belief(day, active, prompted(assignments))
    tell_users(day, np.unique(np.concatenate([newcomers, changed, closed])))
    truth_files.write_people(day, newcomers, truth)
    truth_files.write_probabilities(day, truth)
    day.state.day = day.index + 1


def _heat_topics(day: Day) -> None:
    """Topics wax and wane a little by themselves; what truly rises is a planted trend."""
    noise = day.rng("heat").normal(size=len(day.state.heat))
    day.state.heat = 0.93 * day.state.heat + 0.12 * noise


def _talk(
    day: Day, sessions: Sessions, active: Bools, buyers: Bools, truth: Path
) -> tuple[Floats, Ints]:
    """Post, look around, react, answer, follow, write: the feedback got, and who was answered."""
    posts = write_posts(day, sessions)
    publish(day, posts)
    views = draw_views(day, sessions)
    acted = [view_rows(day, views, sessions), *react(day, views, sessions)]
    acted += [*boost_ring_mates(day, sessions), look_at_plans(day, sessions, buyers)]
    comments, asked = comment_on_views(day, views)
    answers, answered = answer_back(day, comments, asked, active)
    replies = together([comments, answers])
    publish(day, replies)
    drafts = together([posts, replies])
    tell_contents(day, drafts)
    truth_files.write_contents(day, drafts, truth)
    relate(day, sessions, views)
    send_messages(day, sessions, active)
    interactions = together(acted)
    asked = np.concatenate([asked, answered])
    got = received(day, interactions, replies, asked)
    tell_interactions(day, interactions)
    return got, asked
