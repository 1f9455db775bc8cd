"""Audit and publish: a candidate that passes becomes current, any other is set apart."""

import shutil
import stat
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from townsquare import __version__
from townsquare.errors import TownsquareError
from townsquare.integrity import sha256
from townsquare.network import Network
from townsquare.quality import Check, read_results
from townsquare.release import (
    _dbt_docs,
    _history,
    _ids,
    _meta,
    _metrics,
    _origin,
    _shelf,
    _skipping,
)
from townsquare.settings import DATABASE, Home
from townsquare.whole import sync

_FAILURES_TOLD = 3


class GateFailed(TownsquareError):  # noqa: N818  what happened, not a mistake of the code
    """A critical check failed, so nothing was published; the sentence tells the first of them."""


def hold_gates(home: Home, candidate: Path, checks: Sequence[Check]) -> list[dict[str, str]]:
    """The skips that were needed; with a failure that none covers, the candidate is set apart."""
    pending = _skipping.pending(home)
    stopping = [check for check in checks if check.stops]
    held = [
        check
        for check in stopping
        if not any(_skipping.is_covered(check, skip["gate"]) for skip in pending)
    ]
    if held:
        apart = reject(home, candidate, checks)
        told = " ".join(f"[{check.name}] {check.message}" for check in held[:_FAILURES_TOLD])
        more = len(held) - _FAILURES_TOLD
        raise GateFailed(
            f"Release {candidate.name} is not published, because {len(held)} critical "
            f"{'check' if len(held) == 1 else 'checks'} failed: {told}"
            f"{f' And {more} more.' if more > 0 else ''} All results are in "
            f"{apart / 'checks.json'}; mend the data and run again, "
            "or let one pass with `townsquare skip-gate`."
        )
    return [
        skip
        for skip in pending
        if any(_skipping.is_covered(check, skip["gate"]) for check in stopping)
    ]


def reject(home: Home, candidate: Path, checks: Sequence[Check]) -> Path:
    """Set a candidate apart with its results; `current` is untouched."""
    from townsquare.quality import write_results

    write_results(candidate, checks)
    home.failed_candidates.mkdir(parents=True, exist_ok=True)
    apart = home.failed_candidates / candidate.name
    candidate.rename(apart)
    failed = [check.name for check in checks if check.stops]
    _history.note(home, "rejected", candidate.name, failed=failed)
    return apart


def publish(
    home: Home, network: Network, candidate: Path, checks: Sequence[Check] | None = None
) -> dict[str, Any]:
    """Make a candidate that passed its gates the current release; returns its manifest.

    May run twice: a release that is already in its place is only switched to.
    """
    release_id = candidate.name
    folder = home.releases / release_id
    skips: list[dict[str, str]] = []
    if not folder.exists():
        if not (candidate / DATABASE).exists():
            raise TownsquareError(
                f"{candidate} holds no candidate any more; run the tasks from the gates on again."
            )
        checks = read_results(candidate) if checks is None else checks
        skips = hold_gates(home, candidate, checks)
        _complete(home, network, candidate, checks, skips)
        home.releases.mkdir(parents=True, exist_ok=True)
        candidate.rename(folder)
        sync(home.releases)
    release = _shelf.find(home, release_id)
    if _shelf.current_id(home) != release_id:
        _shelf.switch(home, release_id)
    if not _history.was(home, "published", release_id):
        _history.note(home, "published", release_id, gate_skips=release.manifest["gate_skips"])
    _skipping.clear(home)
    _shelf.prune(home, network.keep_releases)
    return release.manifest


def _complete(
    home: Home,
    network: Network,
    candidate: Path,
    checks: Sequence[Check],
    skips: Sequence[dict[str, str]],
) -> None:
    """Everything that a release holds besides its marts, on disk before it gets its name."""
    from townsquare import page

    database = candidate / DATABASE
    for path in candidate.rglob("*"):  # a try that was killed may have closed them already
        if path.stat().st_nlink == 1 or path.is_dir():
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
    facts = _meta.Facts(
        home=home,
        network=network,
        release_id=candidate.name,
        as_of=_ids.order(candidate.name)[0],
        created_at=_history.when(home, "built", candidate.name),
        checks=checks,
        skips=skips,
    )
    rows = _meta.write(facts, database)
    _copy_cards(home, candidate, database)
    _metrics.keep(home, candidate)
    _dbt_docs.write(home, candidate, database)
    page.write(candidate)
    made_of = _origin.describe(home, candidate, facts.as_of)
    _write_manifest(facts, candidate, rows, made_of)


def _copy_cards(home: Home, candidate: Path, database: Path) -> None:
    """The model card of every champion, beside the scores that it stands behind."""
    with duckdb.connect(str(database), read_only=True) as connection:
        champions = connection.execute(
            "select score_name, model_version from meta.model_versions where is_champion"
        ).fetchall()
    for score, version in champions:
        card = home.models / score / version / "card.html"
        if card.exists():
            target = candidate / "model_cards" / f"{score}.html"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(card, target)


def _write_manifest(
    facts: _meta.Facts, candidate: Path, rows: dict[str, int], made_of: dict[str, Any]
) -> None:
    """What the release is and what its files must be; written last, so that it means complete."""
    files = [path for path in sorted(candidate.rglob("*")) if path.is_file()]
    for path in files:
        path.chmod(0o444)
        sync(path)
    told = {
        "release_id": facts.release_id,
        "as_of": facts.as_of,
        "network": facts.network.name,
        "created_at": facts.created_at,
        "published_at": _history.now().isoformat(),
        "townsquare_version": __version__,
        "relations": {name: {"rows": n} for name, n in rows.items()},
        "checks": {
            "passed": sum(check.success for check in facts.checks),
            "failed": sum(not check.success for check in facts.checks),
        },
        "gate_skips": list(facts.skips),
        "made_of": made_of,
        "files": {
            path.relative_to(candidate).as_posix(): {
                "bytes": path.stat().st_size,
                "sha256": sha256(path),
            }
            for path in files
        },
    }
    _shelf.write_manifest(candidate, told)


def rollback(home: Home, release_id: str, **asked: object) -> str | None:
    """Make a kept release the current one again; returns the one that it was before.

    `asked` is what else the history is to tell, such as who asked for it and why.
    """
    _shelf.find(home, release_id)
    before = _shelf.current_id(home)
    if before != release_id:
        _shelf.switch(home, release_id)
    told = _history.standing(home)
    if told != release_id:  # also where a try was killed after it had switched
        instead = before if before != release_id else told
        _history.note(home, "rolled_back", release_id, instead_of=instead, **asked)
    return before


def current_as_of(home: Home) -> date | None:
    """The date that the current release is as of, or None before the first."""
    standing = _shelf.current_id(home)
    return _shelf.find(home, standing).as_of if standing else None


def list_releases(home: Home) -> list[dict[str, Any]]:
    """The kept releases, newest first, as a person wants to see them."""
    standing = _shelf.current_id(home)
    return [
        {
            "release_id": release.release_id,
            "as_of": release.manifest["as_of"],
            "published_at": release.manifest["published_at"],
            "rows": sum(one["rows"] for one in release.manifest["relations"].values()),
            "is_current": release.release_id == standing,
        }
        for release in reversed(_shelf.kept(home))
    ]
