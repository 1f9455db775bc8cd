"""What communities talk about: the tags that set each apart, and a label in words."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.graph._ties import Ints, places

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_NAMED = 5
_IN_LABEL = 3
_ENOUGH = 3  # users of a community who must have used a tag


def tag_users(contents: pa.Table, users: pa.Array) -> tuple["csr_matrix", list[str]]:
    """Users by tags, 1 where the user wrote in a thread that carries the tag; and the tags."""
    from scipy.sparse import csr_matrix

    rows = _tags_of_threads(contents)
    written = contents.select(["author_id", "root_id"])
    joined = written.join(rows, keys="root_id", join_type="inner")
    at = places(users, joined["author_id"])
    tags = pc.unique(joined["tag"]).sort()
    column = places(tags, joined["tag"])
    known = (at >= 0) & (column >= 0)
    used = csr_matrix(
        (np.ones(int(known.sum())), (at[known], column[known])), shape=(len(users), len(tags))
    )
    used.sum_duplicates()
    used.data[:] = 1
    return used, tags.to_pylist()


def _tags_of_threads(contents: pa.Table) -> pa.Table:
    """One row per thread and tag of any of its contents; words of titles where nothing has tags."""
    has_tags = pc.list_value_length(pc.field("tags")) > 0
    tagged = contents.select(["root_id", "tags"]).filter(has_tags)
    if not len(tagged):
        return _words_of_titles(contents)
    parents = pc.list_parent_indices(tagged["tags"])
    rows = pa.table(
        {
            "root_id": tagged["root_id"].take(parents),
            "tag": pc.list_flatten(tagged["tags"]),
        }
    )
    return rows.group_by(["root_id", "tag"]).aggregate([])


def _words_of_titles(contents: pa.Table) -> pa.Table:
    """One row per thread and word of its title, without the words that join others."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    titled = contents.filter(pc.field("title").is_valid())
    words = pc.split_pattern_regex(pc.utf8_lower(titled["title"]), r"[^\pL\pN]+")
    parents = pc.list_parent_indices(words)
    rows = pa.table({"root_id": titled["root_id"].take(parents), "tag": pc.list_flatten(words)})
    joining = pa.array(["", *sorted(ENGLISH_STOP_WORDS), "does", "did", "s", "t"])
    telling = pc.invert(pc.is_in(rows["tag"], value_set=joining))
    return rows.filter(telling).group_by(["root_id", "tag"]).aggregate([])


def top_tags(used: "csr_matrix", tags: list[str], community: Ints) -> dict[int, list[str]]:
    """Per community the tags that most raise the chance that a user is of it (G statistic)."""
    everyone = np.asarray(used.sum(axis=0)).ravel()
    active = np.diff(used.indptr) > 0
    found: dict[int, list[str]] = {}
    for name in np.unique(community[community >= 0]).tolist():
        members = active & (community == name)
        inside = np.asarray(used[members].sum(axis=0)).ravel()
        expected = everyone * members.sum() / max(active.sum(), 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            surprise = np.where(inside > expected, inside * np.log(inside / expected), 0.0)
        surprise[inside < _ENOUGH] = 0
        best = np.argsort(-surprise, kind="stable")[:_NAMED]
        found[name] = [tags[at] for at in best if surprise[at] > 0]
    return found


def label(tags: list[str], n_users: int) -> str:
    """A community in words."""
    if not tags:
        return f"{n_users} users without a topic of their own"
    named = tags[:_IN_LABEL]
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + " and " + named[-1]
