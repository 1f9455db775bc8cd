"""Reads a Stack Exchange dump: a folder of XML files, or the .7z that they come in."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import Rows, SourceFile, fingerprint_of, plain_files
from townsquare.ingest.adapters import _dump as dump
from townsquare.ingest.adapters._columns import Columns
from townsquare.ingest.adapters._roots import Roots
from townsquare.ingest.adapters._sevenzip import members, unpack
from townsquare.ingest.adapters._xml import read_rows
from townsquare.network import CONTRIBUTING, Activity, FirstContribution, Network, Windows

# Badges for what the dump does not tell otherwise: visits, reading, votes, edits, reviews.
_PRESENCE_BADGES = [
    *("Analytical", "Autobiographer", "Caucus", "Constituent", "Enthusiast", "Fanatic", "Informed"),
    *("Civic Duty", "Critic", "Electorate", "Scholar", "Suffrage", "Supporter", "Vox Populi"),
    *("Archaeologist", "Copy Editor", "Editor", "Excavator", "Explainer", "Organizer", "Refiner"),
    *("Proofreader", "Research Assistant", "Strunk & White", "Tag Editor"),
    *("Citizen Patrol", "Cleanup", "Custodian", "Deputy", "Disciplined", "Marshal"),
    *("Peer Pressure", "Reviewer", "Steward"),
    *("Altruist", "Benefactor", "Investor", "Promoter"),
]

NETWORK = Network(
    name="stackexchange",
    adapter="stackexchange",
    schedule=None,
    activity=Activity(content_kinds=["post", "comment"], verbs=[], messages=False),
    conversion=FirstContribution(),
    presence_awards=_PRESENCE_BADGES,
    as_of_step_days=30,
    # Whoever contributes has converted: to ask for a vote before it, which the dump tells of few,
    # would count next to nobody.
    funnels={"contributing": CONTRIBUTING},
    windows=Windows(churn_active_days=180, churn_horizon_days=90, conversion_horizon_days=28),
)

# In the order to read them: comments ask which thread their post belongs to.
_TABLES = {
    "Users.xml": "users",
    "Posts.xml": "contents",
    "Comments.xml": "contents",
    "Votes.xml": "interactions",
    "Badges.xml": "interactions",
}
_NOT_IMPORTED = {
    "PostLinks.xml": "the contract has no table for links between posts",
    "PostHistory.xml": "the contract has no table for past versions of a text",
    "Tags.xml": "tags are read from the posts; the counts in it are as of the dump",
}


_ADDRESS = re.compile(r"(?P<site>[a-z0-9][a-z0-9.-]*?)(\.stackexchange)?\.(com|net)(\.7z)?")


def network_name(source: Path) -> str | None:
    """The site, where the dump is called by its address, as those that are published are."""
    found = _ADDRESS.fullmatch(source.resolve().name)
    return found["site"] if found else None


@dataclass(frozen=True)
class Places:
    """Where each file of a dump lies once it is asked for, and what an error says before it."""

    of: Mapping[str, Callable[[], Path]]
    shown: str


def files(source: Path, workspace: Path) -> Iterator[SourceFile]:
    """The files of a dump, contract tables first, and then what is not imported."""
    if source.is_dir():
        yield from _in_folder(source)
    elif source.suffix.lower() == ".7z":
        yield from _in_archive(source, workspace)
    else:
        raise TownsquareError(
            f"{source} is neither a folder of XML files nor a .7z; give the one or the other."
        )


def _in_folder(folder: Path) -> Iterator[SourceFile]:
    found = dict(plain_files(folder))
    places = Places({name: partial(_itself, path) for name, path in found.items()}, f"{folder}/")
    for name in sorted(found, key=_order):
        size, fingerprint = found[name].stat().st_size, fingerprint_of(found[name])
        yield _source_file(name, size, fingerprint, places)


def _in_archive(archive: Path, workspace: Path) -> Iterator[SourceFile]:
    found = members(archive)
    wanted = [member for member in found if member.name in _TABLES]
    unpacked: list[bool] = []

    def locate(name: str) -> Path:
        if not unpacked:
            unpack(archive, wanted, workspace)
            unpacked.append(True)
        return workspace / name

    named = {member.name: partial(locate, member.name) for member in found}
    places = Places(named, f"{archive}, ")
    for member in sorted(found, key=lambda one: _order(one.name)):
        yield _source_file(member.name, member.size, member.checksum, places)


def _itself(path: Path) -> Path:
    return path


def _order(name: str) -> tuple[int, str]:
    names = list(_TABLES)
    return (names.index(name) if name in names else len(names), name)


def _source_file(name: str, size: int, fingerprint: str, places: Places) -> SourceFile:
    if name not in _TABLES:
        why = _NOT_IMPORTED.get(name, "it is not a file of a Stack Exchange dump that is read")
        return SourceFile(name, size, fingerprint, not_imported=why)
    return SourceFile(
        name, size, fingerprint, rows=partial(_rows, name, places), tables=(_TABLES[name],)
    )


def _elements(name: str, places: Places) -> Iterator[tuple[list[tuple[str, dict[str, str]]], int]]:
    root = name.removesuffix(".xml").lower()
    return read_rows(places.of[name](), root, f"{places.shown}{name}")


def _roots(places: Places) -> Roots:
    """The threads of the dump's posts, read when the first comment asks."""

    def scan(roots: Roots) -> None:
        if "Posts.xml" not in places.of:
            return
        for elements, _ in _elements("Posts.xml", places):
            for _, row in elements:
                roots.add(row.get("Id"), row.get("ParentId"))

    return Roots(scan)


def _mapping(name: str, places: Places) -> Callable[[dump.Attributes], dump.Row]:
    if name == "Comments.xml":
        return partial(dump.comment, root_of=_roots(places).of)
    return {
        "Users.xml": dump.user,
        "Posts.xml": dump.post,
        "Votes.xml": dump.vote,
        "Badges.xml": dump.badge,
    }[name]


def _rows(name: str, places: Places) -> Iterator[Rows]:
    columns = Columns(_TABLES[name])
    mapped = _mapping(name, places)
    row_number, done = 0, 0
    for elements, done in _elements(name, places):
        for tag, attributes in elements:
            row_number += 1
            row = (
                mapped(attributes)
                if tag == "row"
                else dump.quarantined(attributes, "the element is not a <row>")
            )
            columns.add(row_number, row)
        if columns.is_full():
            yield from columns.take(done)
    yield from columns.take(done)
