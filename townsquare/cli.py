"""The command `townsquare`: every word that an operator or analyst types at a shell."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from townsquare import commands, faults, progress
from townsquare.commands._output import Json, print_json, say, show_rows
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import DAGS, Home

app = typer.Typer(
    help="From a network's raw export to a published release of marts and scores.\n\n"
    "Everything lies in one home, TOWNSQUARE_HOME (default ./var).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(help="Land a network's export in this home.", no_args_is_help=True)
app.add_typer(imports, name="import")
commands.register(app)

Source = Annotated[Path, typer.Argument(help="Where the export lies.")]


@app.command()
def simulate(
    users: Annotated[int, typer.Option(min=1, help="How many users have joined by the end.")],
    days: Annotated[int, typer.Option(min=1, help="How many days the network has lived.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same network.")] = 1,
) -> None:
    """Write a simulated network's export into the home, and its truth beside it."""
    from townsquare import locking
    from townsquare import simulate as simulator

    home = Home.from_environment()
    with progress.bar() as told, locking.writer(home, "simulating"):
        made = simulator.simulate(home, users, days, seed, progress=told)
    say(f"{users:,} users and {days} days, up to {made.end}, lie in {home.exports}")


@imports.command("stackexchange")
def import_stackexchange(path: Source, as_json: Json = False) -> None:
    """A Stack Exchange dump: a folder of XML files, or the .7z that it comes in."""
    _import("stackexchange", path, as_json)


@imports.command("activitystreams")
def import_activitystreams(path: Source, as_json: Json = False) -> None:
    """ActivityStreams 2.0 as Mastodon exports it: a folder, an archive or a JSON file."""
    _import("activitystreams", path, as_json)


@imports.command("files")
def import_files(path: Source, as_json: Json = False) -> None:
    """A folder of Parquet, CSV or JSON lines that already has the contract's columns."""
    _import("files", path, as_json)


@app.command("learn-sentiment")
def learn_sentiment(
    path: Annotated[Path, typer.Argument(help="A .tsv, or a folder of them: label, tab, text.")],
    as_json: Json = False,
) -> None:
    """Teach this home the mood of texts from ones that people labelled; the next run uses it.

    Labels are negative, neutral and positive; texts rated from -4 to 4 may come with them.
    """
    from ml.text.learning import learn_sentiment as learn
    from townsquare import locking

    home = Home.from_environment()
    with locking.writer(home, "learning sentiment"):
        told = learn(home, path)
    if as_json:
        print_json(told)
    else:
        say(
            f"{told['version']}, from {told['texts']:,} texts; macro recall of held-out ones "
            f"{told['macro_recall']:.3f} ({told['macro_recall_low']:.3f} to "
            f"{told['macro_recall_high']:.3f}), calibration error {told['calibration_error']:.3f}"
        )


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Where the UI listens, on this machine only.")] = 8080,
) -> None:
    """Start Airflow's scheduler and UI on this home, until Ctrl-C."""
    from townsquare import airflow_env, runs, services

    home = Home.from_environment()
    already = services.running(home)
    if already is not None:
        raise TownsquareError(f"Airflow is already up for {home.root} at {already.url}.")
    with services.airflow(home, port, say, stays=True) as running:
        with runs.Airflow(home, running) as server:
            server.prepare(unpause=sorted(path.stem for path in DAGS.glob("*.py")))
        say(f"Airflow is at {running.url}; user {airflow_env.USER}, its password is in")
        say(f"{airflow_env.password_file(home)}. Ctrl-C stops it.")
        services.watch()


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="Without one, a prompt opens.")] = None,
    as_json: Json = False,
) -> None:
    """Ask the current release in SQL, read-only."""
    import townsquare.release.query as asked

    home = Home.from_environment()
    if query is None:
        asked.prompt(home)
        return
    columns, rows = asked.run_query(home, query)
    show_rows(columns, rows, as_json)


@app.command()
def releases(as_json: Json = False) -> None:
    """List the releases that are kept, newest first; `*` marks the current one."""
    from townsquare import release, report

    kept = release.list_releases(Home.from_environment())
    if as_json:
        print_json(kept)
    else:
        report.show_releases(kept, Console())


@app.command()
def rollback(
    release_id: Annotated[str, typer.Argument(help="One of `townsquare releases`.")],
) -> None:
    """Make a kept release the current one again."""
    from townsquare import locking, release, serving

    home = Home.from_environment()
    with locking.writer(home, "rolling back"):
        release.rollback(home, release_id)
    say(f"{release_id} is current")
    told = serving.follow(home)
    if told is not None:
        say(f"The server reads {told['release_id']}")


@app.command()
def serve(as_json: Json = False) -> None:
    """Load the current release into the PostgreSQL server that TOWNSQUARE_SERVING_URL names.

    Sessions that begin afterwards read it; those that are open keep the release that they have.
    """
    from townsquare import serving

    told = serving.serve(Home.from_environment())
    if as_json:
        print_json(told)
    else:
        rows = f"loaded {told['rows']:,} rows" if told["is_loaded"] else "it was there already"
        say(f"The server reads {told['release_id']}; {rows}, {told['seconds']} s")


@app.command()
def replay(
    release_id: Annotated[str, typer.Argument(help="One of `townsquare releases`.")],
    as_json: Json = False,
) -> None:
    """Make a kept release again from its manifest, and say relation by relation if it is equal."""
    from townsquare import report
    from townsquare.release.replay import replay as make_again

    told = make_again(Home.from_environment(), release_id)
    if as_json:
        print_json(told)
    else:
        report.show_replay(told, Console())
    if not told["is_equal"]:
        raise typer.Exit(1)


@app.command()
def erase(
    user_id: Annotated[str, typer.Argument(help="The id, exactly as the column user_id holds it.")],
    reason: Annotated[str, typer.Option(help="Kept with the receipt.")] = "on request",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for a confirmation.")] = False,
    as_json: Json = False,
) -> None:
    """Erase a person from everything that this home holds, every kept release included."""
    from townsquare import erasing

    home = Home.from_environment()
    erasing.check(home, user_id)
    if not yes and typer.prompt("Type the id again to erase this person for good") != user_id:
        raise TownsquareError("Nothing is erased, because the two ids are not the same.")
    receipt = erasing.erase(home, user_id, reason)
    if as_json:
        print_json(receipt)
    else:
        say(f"The person is erased; receipt {receipt['receipt']} names no one.")
        for place in receipt["unsearched"]:
            say(f"Not searched, for the id could mean anything there: {place}.")
        say("`townsquare run` builds and publishes everything anew without them.")
    if erasing.is_source_outside(home):
        say("Take them out of the source as well, or its next import brings them back.")


@app.command()
def skip_gate(
    gate: Annotated[str, typer.Argument(help="The gate or check, as the failed task names it.")],
    reason: Annotated[str, typer.Option(help="Why; kept in meta.gate_skips.")],
) -> None:
    """Let the next release pass one gate that fails, with the reason on record."""
    from townsquare import release

    release.skip_gate(Home.from_environment(), gate, reason)
    say(f"The next release may fail {gate}.")


@app.command()
def status(
    verify: Annotated[
        bool, typer.Option(help="Hold every kept file against what was written down about it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what this home holds: source, releases, scores, what is not available, Airflow.

    With --verify every release is held against the checksums of its manifest and the landing
    against its accounts; each broken file is named, and the exit code is 1 if there is one.
    """
    from townsquare import report

    home = Home.from_environment()
    told = report.status(home)
    if verify:
        with progress.bar() as bar:
            told["verified"] = report.verify(home, bar)
    if as_json:
        print_json(told)
    else:
        report.show_status(told, Console())
    if verify and told["verified"]["broken"]:
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def dbt(context: typer.Context) -> None:
    """Run a dbt command on this home's warehouse, for whoever writes models."""
    from townsquare import warehouse

    home = Home.from_environment()
    result = warehouse.invoke(home, read_network(home), list(context.args))
    if not result.success:
        raise typer.Exit(1)


def main() -> None:
    """Run the command; an error that a person can mend is one sentence, and exit code 1."""
    # Asked to end, a command ends what it has started, as it does on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with faults.told(Home.from_environment()):
            app()
    except TownsquareError as error:
        say(f"townsquare: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("townsquare: stopped")
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        sys.exit(0)


def _import(adapter: str, path: Path, as_json: bool) -> None:
    from townsquare import ingest, report

    home = Home.from_environment()
    if not path.exists():
        raise TownsquareError(f"{path} does not exist; give the path of the export.")
    with progress.bar() as told:
        accounts = ingest.import_source(home, adapter, path, told)
    if as_json:
        print_json(report.accounts(accounts))
    else:
        report.show_accounts(accounts, Console())
