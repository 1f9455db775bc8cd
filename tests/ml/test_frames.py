from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import worlds

from ml.declaration import Score
from ml.frames import read_frame
from townsquare.errors import TownsquareError
from townsquare.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def test_a_missing_frame_is_said_in_a_sentence(home: Home, score: Score) -> None:
    with pytest.raises(TownsquareError, match=r"frame_churn\.parquet does not exist"):
        read_frame(home, score, worlds.AS_OF)


def test_a_declared_column_that_the_frame_lacks_is_named(home: Home, score: Score) -> None:
    columns = worlds.make_frame(worlds.weeks(3), users=5)
    del columns["n_posts_28d"]
    worlds.write_frame(home, columns)
    with pytest.raises(TownsquareError, match="'n_posts_28d'"):
        read_frame(home, score, worlds.AS_OF)


def test_a_second_column_that_looks_ahead_is_refused(home: Home, score: Score) -> None:
    columns = worlds.make_frame(worlds.weeks(3), users=5)
    columns["n_posts_next_7d"] = np.ones(15)
    worlds.write_frame(home, columns)
    with pytest.raises(TownsquareError, match="looks ahead in 'n_posts_next_7d'"):
        read_frame(home, score, worlds.AS_OF)


def test_a_text_column_is_refused_as_a_feature(home: Home, score: Score) -> None:
    columns = worlds.make_frame(worlds.weeks(3), users=5)
    columns["is_premium"] = np.full(15, "yes")
    worlds.write_frame(home, columns)
    with pytest.raises(TownsquareError, match="is_premium is string"):
        read_frame(home, score, worlds.AS_OF)


def test_a_repeated_grain_is_refused(home: Home, score: Score) -> None:
    columns = worlds.make_frame(worlds.weeks(3), users=5)
    columns["user_id"][1] = columns["user_id"][0]
    worlds.write_frame(home, columns)
    with pytest.raises(TownsquareError, match="'u00000' twice as of 2025-06-16"):
        read_frame(home, score, worlds.AS_OF)


def test_an_outcome_still_open_on_as_of_is_not_seen(home: Home, score: Score) -> None:
    # given a frame built four weeks after the day that is being learned
    worlds.write_frame(home, worlds.make_frame(worlds.weeks(12), users=50))
    as_of = worlds.AS_OF - timedelta(days=28)
    # then neither later rows nor outcomes that became known later are in it
    frame = read_frame(home, score, as_of)
    assert frame.as_of_dates[-1] == as_of
    assert frame.labelled().as_of_dates[-1] == as_of - timedelta(days=28)


def test_the_data_version_depends_on_the_values_and_not_on_the_order_of_rows(
    home: Home, score: Score
) -> None:
    columns = worlds.make_frame(worlds.weeks(6), users=40)
    worlds.write_frame(home, columns)
    before = read_frame(home, score, worlds.AS_OF).fingerprint()
    order = np.random.default_rng(1).permutation(240)
    worlds.write_frame(home, {name: column[order] for name, column in columns.items()})
    assert read_frame(home, score, worlds.AS_OF).fingerprint() == before
    columns["n_posts_28d"][7] += 1
    worlds.write_frame(home, columns)
    assert read_frame(home, score, worlds.AS_OF).fingerprint() != before


def test_outcomes_are_counted_by_date(home: Home, score: Score) -> None:
    columns = worlds.make_frame(worlds.weeks(6), users=40)
    worlds.write_frame(home, columns)
    counted = read_frame(home, score, worlds.AS_OF).outcomes()
    assert list(counted) == [date(2025, 5, 26), date(2025, 6, 2)]
    happened = columns[worlds.LABEL][:40].sum()
    assert (counted[date(2025, 5, 26)].happened, counted[date(2025, 5, 26)].did_not) == (
        happened,
        40 - happened,
    )
