"""The last step of the operator's walk: a person is erased through the form's own parameters.

It comes last, because the warehouse goes with the person and is built anew by the next run.
"""

import pytest

from control_room import reading
from townsquare import erasures, runs, services
from townsquare.errors import TownsquareError
from townsquare.settings import Home

pytestmark = pytest.mark.browser
ERASE, DAILY = "townsquare_erase", "townsquare_daily"


def test_an_erasure_wants_a_confirmation_and_leaves_nobody_in_any_release(
    desk: tuple[Home, services.Running], airflow: runs.Airflow, scheduled: str
) -> None:
    home, _ = desk
    asked = "select user_id from users order by last_active_date desc nulls last limit 1"
    (person,) = reading.current(home).ask(asked)
    user = person["user_id"]
    with pytest.raises(TownsquareError, match="400"):
        airflow.trigger(ERASE, {"user": "", "is_confirmed": True})
    unsure = airflow.trigger(ERASE, {"user": user})
    assert airflow.follow(ERASE, unsure, lambda _: None) == "failed"
    assert "it was not confirmed" in airflow.failure(ERASE, unsure)

    # the run that would publish the day without them is another test's
    airflow._call("PATCH", f"/api/v2/dags/{DAILY}", json={"is_paused": True})
    run = airflow.trigger(ERASE, {"user": user, "reason": "by letter", "is_confirmed": True})
    assert airflow.follow(ERASE, run, lambda _: None) == "success"

    for kept in reading.releases(home):
        assert kept.ask("select 1 from users where user_id = ?", user) == []
    assert [told["reason"] for told in erasures.receipts(home)] == ["by letter"]
    shown = airflow._call("GET", f"/api/v2/dags/{ERASE}/dagRuns/{run}")
    assert user not in str(shown["conf"])
