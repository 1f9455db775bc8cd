"""Land what happened, build the marts, learn what is due, hold the gates, publish a release.

**When it is red**, open the first red task: its log ends with one sentence that says what broke
and the way out. Mend that, then clear the task: it continues where it failed, and what was done is
not done again. Whatever happens here, readers keep the release that they have until
`publish_release` is green.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable

from dags.shared import (
    CHALLENGES,
    MODELS,
    ask_about,
    build_layer,
    check_gates,
    deadline,
    defaults,
    late_data,
    publish_release,
    show_docs,
    then_serve,
)
from townsquare.network import read_network
from townsquare.settings import Home

HOME = Home.from_environment()
NETWORK = read_network(HOME)
# A home that is new at two o'clock has not missed the run of half past twelve.
CRON = NETWORK.schedule and CronTriggerTimetable(
    NETWORK.schedule, timezone="UTC", run_immediately=timedelta(minutes=5)
)
SCHEDULE = CRON and AssetOrTimeSchedule(timetable=CRON, assets=[MODELS])


@task(on_success_callback=late_data())
def land_source() -> str:
    """Land what the source has before the day, each row into landing or quarantine.

    Red: the source could not be read. The log names the file; mend it or take it out of the
    source folder, then clear this task. Nothing of a file that could not be read has landed.
    """
    from townsquare import steps

    context = get_current_context()
    again = context["dag_run"].run_type == "asset_triggered"
    return steps.land(HOME, context["params"]["as_of"], again)


@task
def build_warehouse(as_of: str) -> dict[str, int]:
    """Build staging and the `int_*_days` that every mart reads.

    Red: a model or one of its tests failed; the log names it with dbt's own message. Clear
    this task after mending: it continues with the models that are left.
    """
    return build_layer("warehouse", as_of)


@task
def enrich_marts(as_of: str) -> dict[str, object]:
    """Learn what texts say, how people hang together and what is rising.

    Red: a learner's declaration, input or code is broken; the log names it. What a network
    cannot support is no error: `meta.capabilities` says why.
    """
    from ml import daily

    return daily.enrich_all(HOME, as_of)


@task
def build_marts(as_of: str) -> dict[str, int]:
    """Build the marts that analysts read.

    Red: as for `build_warehouse`.
    """
    return build_layer("marts", as_of)


@task
def build_frames(as_of: str) -> dict[str, int]:
    """Build the features and the frame of every score, one row per entity and as-of date.

    Red: as for `build_warehouse`.
    """
    return build_layer("frames", as_of)


@task(outlets=[CHALLENGES])
def learn_scores(as_of: str) -> list[dict[str, object]]:
    """Train the scores that are due, promote what has earned it, and score everyone.

    Red: a score's declaration or frame is broken; the log names both. A challenger that does
    not win is not an error: the champion stays, and `meta.promotions` says why. One that a person
    must judge waits in `townsquare_judge`.
    """
    from ml import daily

    summaries = daily.learn_all(HOME, as_of)
    ask_about(summaries)
    return summaries


@task
def build_published(as_of: str) -> dict[str, int]:
    """Bring the scores into the release's own database.

    Red: as for `build_warehouse`.
    """
    return build_layer("published", as_of)


@dag(
    schedule=SCHEDULE or [MODELS],
    catchup=False,
    max_active_runs=1,
    deadline=deadline(),
    default_args=defaults(),
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date",
            title="As of",
            description="The release knows what happened before this day. Empty: the next day.",
        )
    },
    doc_md=__doc__,
    tags=["daily", NETWORK.name],
)
def townsquare_daily() -> None:
    """One task per layer, one writer at a time."""
    as_of = land_source()
    learned = learn_scores(as_of)
    published = build_published(as_of)
    checked = check_gates(as_of)
    warehouse, enriched = build_warehouse(as_of), enrich_marts(as_of)
    warehouse >> enriched >> build_marts(as_of) >> build_frames(as_of) >> learned
    switched = publish_release(checked)
    learned >> published >> checked >> switched
    then_serve(switched)


show_docs(townsquare_daily())
