"""The topics of a network: declared by a person, or drawn from its tags; ids last for good."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from townsquare.errors import TownsquareError
from townsquare.mistakes import first_mistake
from townsquare.whole import write_text

Status = Literal["active", "suggested"]
MIN_TAGGED = 20
MAX_TOPICS = 100
SUBSUMED = 0.8
WAIT_DAYS = 28


@dataclass(frozen=True)
class Topic:
    """A topic; `tags` lead to it, and `seeds` are words that do where there are no tags."""

    id: str
    name: str
    tags: tuple[str, ...]
    seeds: tuple[str, ...] = ()
    status: Status = "active"
    since: str = ""  # the date from which it has this status


@dataclass(frozen=True)
class Taxonomy:
    """One version of the list."""

    version: int
    topics: tuple[Topic, ...]
    origin: Literal["declared", "tags"]

    @property
    def active(self) -> tuple[Topic, ...]:
        """Those that contents are put under."""
        return tuple(topic for topic in self.topics if topic.status == "active")

    def by_tag(self) -> dict[str, str]:
        """The active topic that each tag leads to."""
        return {tag: topic.id for topic in self.active for tag in topic.tags}


class _DeclaredTopic(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: str
    tags: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    version: Annotated[int, Field(ge=1)]
    topics: Annotated[tuple[_DeclaredTopic, ...], Field(min_length=1)]


def declared(path: Path) -> Taxonomy | None:
    """The taxonomy that a person wrote, or None; TownsquareError for one that cannot be read."""
    if not path.exists():
        return None
    try:
        said = _Declaration.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise TownsquareError(
            f"{path}: {_first_fault(error)}; mend it as docs/operator.md shows, or delete it to "
            "have topics drawn from tags."
        ) from error
    twice = [i for i, n in Counter(topic.id for topic in said.topics).items() if n > 1]
    if twice:
        raise TownsquareError(f"{path}: the id {twice[0]!r} is given twice; ids must differ.")
    topics = tuple(
        Topic(t.id, t.name, tuple(tag.lower() for tag in t.tags), t.seeds) for t in said.topics
    )
    return Taxonomy(said.version, topics, "declared")


def _first_fault(error: Exception) -> str:
    """Where and what, on one line."""
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    found = first_mistake(error)
    return f"{found.where}: {found.message} (it says {str(found.value)[:80]!r})"


def drawn(tagged: Iterable[Sequence[str]], before: Taxonomy | None, as_of: date) -> Taxonomy:
    """The taxonomy of these contents' tags; every topic that was there before keeps its id.

    A tag that appears with a commoner one in four of five contents is part of it (subsumption, M.
    Sanderson and B. Croft, SIGIR 1999); what stays is a topic. After the first time a new topic is
    suggested for 28 days before it becomes active.
    """
    counts, together = _counted(tagged)
    parents = _parents(counts, together)
    groups: dict[str, list[str]] = {}
    for tag in counts:
        groups.setdefault(_root(tag, parents), []).append(tag)
    if before is None:
        topics = [_topic(root, tags, "active", as_of) for root, tags in sorted(groups.items())]
        return Taxonomy(1, tuple(topics), "tags")
    kept = [_aged(topic, as_of) for topic in before.topics]
    known = {tag for topic in kept for tag in topic.tags}
    homes = {tag: at for at, topic in enumerate(kept) for tag in topic.tags}
    for root, tags in sorted(groups.items()):
        new = sorted(set(tags) - known)
        if root in homes and new:
            at = homes[root]
            kept[at] = replace(kept[at], tags=(*kept[at].tags, *new))
        elif new and root not in known:
            kept.append(_topic(root, new, "suggested", as_of))
    changed = tuple(kept) != before.topics
    return Taxonomy(before.version + changed, tuple(kept), "tags")


def _topic(root: str, tags: Iterable[str], status: Status, as_of: date) -> Topic:
    others = sorted(set(tags) - {root})
    return Topic(_slug(root), root, (root, *others), (), status, as_of.isoformat())


def _slug(tag: str) -> str:
    """Words stay readable; what has no Latin letters is told by its code points."""
    slug = re.sub(r"[^a-z0-9]+", "-", tag.replace("+", "p").replace("#", "sharp")).strip("-")
    return slug if slug and tag.isascii() else "u" + "-".join(f"{ord(c):x}" for c in tag[:8])


def _aged(topic: Topic, as_of: date) -> Topic:
    """A suggestion that has waited its days becomes a topic."""
    if topic.status == "active" or (as_of - date.fromisoformat(topic.since)).days < WAIT_DAYS:
        return topic
    return replace(topic, status="active", since=as_of.isoformat())


def _counted(tagged: Iterable[Sequence[str]]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often the common tags are used, alone and in pairs."""
    sets = [sorted({tag.lower() for tag in tags}) for tags in tagged if tags]
    every = Counter(tag for tags in sets for tag in tags)
    common = sorted((-n, tag) for tag, n in every.items() if n >= MIN_TAGGED)[: MAX_TOPICS * 3]
    counts = Counter({tag: -n for n, tag in common})
    pairs: Counter[tuple[str, str]] = Counter()
    for tags in sets:
        known = [tag for tag in tags if tag in counts]
        pairs.update((a, b) for a in known for b in known if a != b)
    return counts, pairs


def _parents(counts: Counter[str], together: Counter[tuple[str, str]]) -> dict[str, str]:
    """The tag that each tag is part of, the commonest where several would do."""
    parents: dict[str, str] = {}
    for (tag, other), n in sorted(together.items()):
        commoner = (counts[other], other) > (counts[tag], tag)
        if commoner and n >= SUBSUMED * counts[tag]:
            best = parents.get(tag)
            if best is None or (counts[other], other) > (counts[best], best):
                parents[tag] = other
    roots = sorted((-counts[t], t) for t in counts if t not in parents)
    for _, tag in roots[MAX_TOPICS:]:
        counts.pop(tag)
    return {tag: parent for tag, parent in parents.items() if _root(tag, parents) in counts}


def _root(tag: str, parents: dict[str, str]) -> str:
    while tag in parents:
        tag = parents[tag]
    return tag


def remember(taxonomy: Taxonomy, path: Path) -> None:
    """Write it whole, or leave the old one."""
    write_text(path, json.dumps(asdict(taxonomy), indent=1))


def remembered(path: Path) -> Taxonomy | None:
    """The taxonomy of the last run, or None on the first."""
    if not path.exists():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    topics = tuple(
        Topic(**{**t, "tags": tuple(t["tags"]), "seeds": tuple(t["seeds"])}) for t in said["topics"]
    )
    return Taxonomy(said["version"], topics, said["origin"])
