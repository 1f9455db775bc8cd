"""The learner of content_topics and topics: a taxonomy that lasts, and what contents are about."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp

from ml.learners import NotAvailableError, Run
from ml.text import taxonomy as taxonomies
from ml.text.multilabel import TopicModel, train
from ml.text.plain import chunks, joined
from ml.text.taxonomy import Taxonomy
from ml.text.tokens import Floats
from townsquare.whole import write_text

TRAIN_AT_MOST = 20_000
RETRAIN_DAYS = 28
AT_LEAST = 0.3
FROM_THREAD = 0.5
N_RANKS = 3
_CONTEXT_CHARACTERS = 400
_COLUMNS = ["content_id", "root_id", "title", "body", "tags", "event_date"]
_MIN_EXAMPLES = 100


def learn(run: Run) -> dict[str, Any]:
    """Bring the taxonomy up to date, train when due, and put contents under its topics."""
    known = _taxonomy(run)
    model, trained = _model(run, known)
    everything = run.full or trained
    chosen = None if everything else pc.field("event_date").isin(pa.array(run.dates, pa.date32()))
    contents = run.read("input_contents", _COLUMNS, chosen)
    roots = _roots(run, contents)
    parts = [_read(part, model, known, roots) for part in chunks(contents)]
    rows = pa.concat_tables(parts)
    run.write("content_topics", rows, everything=everything)
    if trained and model is not None:
        _remember(run, known)
    run.write("topics", _listed(known, _tag_counts(run)))
    return {
        "rows": len(rows),
        "topics": len(known.active),
        "suggested": len(known.topics) - len(known.active),
        "version": known.version,
        "trained": trained,
    }


def _taxonomy(run: Run) -> Taxonomy:
    """The declared one, or the last one grown by what tags have come up."""
    said = taxonomies.declared(run.home.root / "taxonomy.yml")
    path = run.memory("taxonomy") / "taxonomy.json"
    if said is None:
        tags = run.read("input_contents", ["tags"], pc.field("tags").is_valid())["tags"]
        before = taxonomies.remembered(path)
        before = before if before and before.origin == "tags" else None
        said = taxonomies.drawn(tags.to_pylist(), before, run.as_of)
    if not said.active:
        raise NotAvailableError(
            f"no tag is on {taxonomies.MIN_TAGGED} contents and the home has no taxonomy.yml "
            "with seed words"
        )
    taxonomies.remember(said, path)
    return said


def _model(run: Run, known: Taxonomy) -> tuple[TopicModel | None, bool]:
    """The kept model while it is of this taxonomy and young enough, else a new one."""
    facts_path, path = _facts(run), run.memory("model") / "topics.npz"
    if path.exists() and facts_path.exists():
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        age = (run.as_of - date.fromisoformat(facts["as_of"])).days
        if facts["taxonomy"] == _stamp(known) and 0 <= age < RETRAIN_DAYS:
            with np.load(path, allow_pickle=False) as kept:
                return TopicModel.of({name: kept[name] for name in kept.files}), False
    model = _train(run, known)
    # Who is stopped before every content was read by the new model must train again, not go on.
    facts_path.unlink(missing_ok=True)
    if model is not None:
        _keep(model, path)
    return model, True


def _facts(run: Run) -> Path:
    return run.memory("model") / "facts.json"


def _stamp(known: Taxonomy) -> str:
    return hashlib.sha256(repr(known.active).encode()).hexdigest()[:12]


def _remember(run: Run, known: Taxonomy) -> None:
    """Vouch that the kept model has read everything."""
    facts = {"taxonomy": _stamp(known), "as_of": run.as_of.isoformat()}
    write_text(_facts(run), json.dumps(facts))


def _keep(model: TopicModel, path: Path) -> None:
    partial = path.with_name(".partial.npz")
    np.savez_compressed(partial, **model.arrays())  # type: ignore[arg-type]
    partial.replace(path)


def _train(run: Run, known: Taxonomy) -> TopicModel | None:
    """Learn from the newest contents that tags or seed words put under a topic."""
    contents = run.read("input_contents", _COLUMNS)
    texts = joined(contents["title"].to_pylist(), contents["body"].to_pylist())
    labels = _labels(contents["tags"].to_pylist(), texts, known)
    dates = contents["event_date"].to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(np.diff(labels.indptr) > 0)
    rows = rows[np.argsort(dates[rows], kind="stable")][-TRAIN_AT_MOST:]
    if len(rows) < _MIN_EXAMPLES:
        return None
    return train([texts[i] for i in rows.tolist()], labels[rows], _ids(known))


def _ids(known: Taxonomy) -> tuple[str, ...]:
    return tuple(topic.id for topic in known.active)


def _labels(tags: list[list[str] | None], texts: list[str], known: Taxonomy) -> sp.csr_matrix:
    """(n_contents, n_topics) ones where a tag leads there, or a seed word where none is given."""
    column = {topic.id: at for at, topic in enumerate(known.active)}
    by_tag = known.by_tag()
    seeds = {word.lower(): topic.id for topic in known.active for word in topic.seeds}
    rows, columns = [], []
    for row, (given, text) in enumerate(zip(tags, texts, strict=True)):
        found = {by_tag[tag] for tag in map(str.lower, given or ()) if tag in by_tag}
        if not found and seeds:
            found = {seeds[word] for word in set(text.lower().split()) if word in seeds}
        rows += [row] * len(found)
        columns += [column[topic] for topic in sorted(found)]
    shape = (len(texts), len(column))
    return sp.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape)


def _roots(run: Run, contents: pa.Table) -> dict[str, tuple[str, list[str]]]:
    """Beginning and tags of the threads that these contents answer in."""
    replies = contents.filter(pc.not_equal(contents["root_id"], contents["content_id"]))
    wanted = pc.unique(replies["root_id"])
    if not len(wanted):
        return {}
    columns = ["content_id", "title", "body", "tags"]
    found = run.read("input_contents", columns, pc.field("content_id").isin(wanted))
    texts = joined(found["title"].to_pylist(), found["body"].to_pylist())
    cut = [text[:_CONTEXT_CHARACTERS] for text in texts]
    tags = [given or [] for given in found["tags"].to_pylist()]
    return dict(zip(found["content_id"].to_pylist(), zip(cut, tags, strict=True), strict=True))


def _read(
    contents: pa.Table,
    model: TopicModel | None,
    known: Taxonomy,
    roots: dict[str, tuple[str, list[str]]],
) -> pa.Table:
    """One row per content and topic that is likely enough, at most three of a content."""
    own = joined(contents["title"].to_pylist(), contents["body"].to_pylist())
    pairs = zip(contents["content_id"].to_pylist(), contents["root_id"].to_pylist(), strict=True)
    thread = [roots.get(root, ("", [])) if root != one else ("", []) for one, root in pairs]
    texts = [
        f"{text}\n{begin}" if begin else text for text, (begin, _) in zip(own, thread, strict=True)
    ]
    likely = np.zeros((len(own), len(known.active)))
    if model is not None:
        likely = model.probabilities(texts)
    given = np.asarray(_labels(contents["tags"].to_pylist(), own, known).todense(), dtype=bool)
    above = np.asarray(_labels([tags for _, tags in thread], [""] * len(own), known).todense())
    likely = np.where(above > 0, np.maximum(likely, FROM_THREAD), likely)
    likely = np.where(given, np.maximum(likely, 0.99), likely)
    return _rows(contents, likely, given, above > 0, known)


def _rows(contents: pa.Table, likely: Floats, given: Any, above: Any, known: Taxonomy) -> pa.Table:
    order = np.argsort(-likely, axis=1, kind="stable")[:, :N_RANKS]
    top = np.take_along_axis(likely, order, axis=1)
    row, rank = np.nonzero(top >= AT_LEAST)
    topic = order[row, rank]
    source = np.where(given[row, topic], "tags", np.where(above[row, topic], "thread", "text"))
    ids = np.array(_ids(known), dtype=object)
    taken = contents.take(pa.array(row, pa.int64()))
    return pa.table(
        {
            "content_id": taken["content_id"],
            "topic_id": pa.array(ids[topic].tolist(), pa.string()),
            "published_date": taken["event_date"],
            "rank": pa.array(rank + 1, pa.int64()),
            "probability": pa.array(top[row, rank], pa.float64()),
            "source": pa.array(source.tolist(), pa.string()),
            "taxonomy_version": pa.array(np.full(len(row), known.version), pa.int64()),
        }
    )


def _tag_counts(run: Run) -> dict[str, int]:
    tags = run.read("input_contents", ["tags"], pc.field("tags").is_valid())["tags"]
    counted = pc.value_counts(pc.utf8_lower(pc.list_flatten(tags)))
    return {each["values"]: each["counts"] for each in counted.to_pylist()}


def _listed(known: Taxonomy, counts: dict[str, int]) -> pa.Table:
    """The taxonomy as analysts see it, suggestions included."""
    topics = known.topics
    since = [date.fromisoformat(t.since) if t.since else None for t in topics]
    return pa.table(
        {
            "topic_id": pa.array([t.id for t in topics], pa.string()),
            "name": pa.array([t.name for t in topics], pa.string()),
            "status": pa.array([t.status for t in topics], pa.string()),
            "tags": pa.array([list(t.tags) for t in topics], pa.list_(pa.string())),
            "n_tags_given": pa.array(
                [sum(counts.get(tag, 0) for tag in t.tags) for t in topics], pa.int64()
            ),
            "origin": pa.array([known.origin] * len(topics), pa.string()),
            "taxonomy_version": pa.array([known.version] * len(topics), pa.int64()),
            "since_date": pa.array(since, pa.date32()),
        }
    )
